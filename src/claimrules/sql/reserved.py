"""Words that one dialect or another does not take as a bare name."""

RESERVED = frozenset(
    """
    access add all alter analyse analyze and any array as asc asymmetric at audit between both by case cast char check cluster
    collate column comment compress connect constraint create cross current current_date current_time
    current_timestamp current_user date decimal default deferrable delete desc describe distinct do double drop else end
    except exception exclusive exists false fetch file filter first float for foreign from full function grant group grouping
    having hour identified if immediate in increment index initial inner insert integer intersect interval into is
    join lambda last lateral leading left level like limit list local lock long map match maxextents minus mode month natural
    no not notnull null number of offset on only or order outer over partition pivot placing position precision
    primary prior procedure public qualify range raw references rename resource returning right row rows rownum select
    sequence session session_user set share show similar size smallint some start struct symmetric synonym sysdate table
    then time timestamp to top trailing trigger true type uid union unique unpivot update user using validate value values
    varchar view when whenever where window with year day minute second zone
    """.split()
)

"""What each diagnostic code means: `claimrules explain CR214`, and docs/diagnostics.md."""

from dataclasses import dataclass, replace

from claimrules.diagnostics.examples import EXAMPLES


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is wrong, how it comes about, what to do, and a short text of which it is said."""

    title: str
    cause: str
    remedy: str
    example: str = ""


_MEANINGS: dict[str, Meaning] = {
    "CR101": Meaning(
        "a file of claims cannot be read",
        "It is damaged, not what its ending says, or not readable.",
        "Open it with another program; export it again.",
    ),
    "CR102": Meaning(
        "two columns have one name", "A header, or the mapping, gives the same name twice.", "Give each column its own name."
    ),
    "CR103": Meaning(
        "claims are not where they were sought",
        "The path is wrong, or a folder has no `claims` table, or two forms of one.",
        "Name the folder that holds `claims.csv`, `claims.parquet` …, or a .json or .jsonl.",
    ),
    "CR104": Meaning(
        "a required column is missing",
        "It is one of `claim_id`, `person_id`, `provider_id`; in lines of `line_id`, `item_code`, `quantity`, `amount`.",
        "Add it, or say in a mapping which column it is.",
    ),
    "CR105": Meaning(
        "a join of the mapping does not fit",
        "The joined table has several rows for one key, or columns of the same names.",
        "Join on a key that is unique; give the join a `prefix`.",
    ),
    "CR106": Meaning(
        "a table is not known, or not a table",
        "The name is not one of claims, lines, diagnoses, operations, or the value is no pyarrow.Table.",
        "Use the four names; make a pyarrow.Table of it.",
    ),
    "CR107": Meaning(
        "a column has another type",
        "An Arrow column is of a type that cannot be read as the contract's.",
        "Cast it; docs/fields.md lists the types.",
    ),
    "CR108": Meaning(
        "columns are not read",
        "They are not in the contract, and nothing declares them.",
        "Nothing, if you do not need them; else declare them in the mapping or in columns.yaml.",
    ),
    "CR109": Meaning(
        "a mapping for documents",
        "Claim documents (JSON) have the contract's names already; a mapping is for tables.",
        "Leave --mapping out.",
    ),
    "CR110": Meaning(
        "an unreadable value: the row is rejected",
        "A cell is not a number, date or word of its column.",
        "Correct it in the source; for another date format or other words write a mapping.",
    ),
    "CR111": Meaning(
        "an empty required value: the row is rejected",
        "An id, an item code, a quantity or an amount is not there.",
        "Fill it in the source.",
    ),
    "CR112": Meaning(
        "a row with another number of cells: it is rejected",
        "A delimiter stands inside a value, or a line is cut.",
        "Quote such values when exporting.",
    ),
    "CR113": Meaning(
        "a row without its claim: it is rejected",
        "A line, diagnosis or operation names a claim that is not in `claims`.",
        "Export both for the same period, or look whether the claim itself was rejected.",
    ),
    "CR114": Meaning(
        "a doubled key",
        "Two claims have one `claim_id`, or two lines of a claim one `line_id`.",
        "Export each row once; a line's id need be unique in its claim only.",
    ),
    "CR115": Meaning(
        "a document is no claim",
        "A field of it cannot be read, or a required one is missing.",
        "The message names the field; docs/fields.md says what it holds.",
    ),
    "CR116": Meaning(
        "this is not what the function takes",
        "One claim where a list is meant, a list where one is meant, or something else altogether.",
        "`audit` takes a folder, tables or a list of Claims; `check` and `explain` take one Claim.",
    ),
    "CR117": Meaning(
        "no claim could be audited",
        "Every claim that was read was rejected.",
        "Look into rejects.parquet: mostly one column is in another format.",
    ),
    "CR118": Meaning(
        "registers that are not read",
        "The claims bring registers that no knowledge table is declared for.",
        "Declare them, or take them away; what no rule asks for does no harm.",
    ),
    "CR119": Meaning(
        "it is not clear which claim to explain",
        "The input has several claims and none was named, or has none of that name among those that are audited.",
        "Name one with --claim; a reversed or rejected claim has no verdict.",
    ),
    "CR120": Meaning(
        "there is no such mapping", "It is neither built in nor a file.", "Use `canonical` or `nhsa`, or name a YAML file."
    ),
    "CR121": Meaning(
        "a mapping is not of the right shape",
        "An unknown key, or a text where a mapping should stand.",
        "docs/mappings.md shows every key.",
    ),
    "CR122": Meaning(
        "a mapping lacks something",
        "A table or a required column does not say where it comes from.",
        "Add what the message names.",
    ),
    "CR123": Meaning(
        "a value of a mapping makes no sense",
        "A format, condition, delimiter, range or code is not one.",
        "docs/mappings.md shows what stands there.",
    ),
    "CR124": Meaning(
        "a mapping names a column that is not, or is already, in the contract",
        "It is misspelt, or a declared column has a contract's name.",
        "Correct the name, or put it under `columns`.",
    ),
    "CR180": Meaning(
        "claims of that kind cannot be generated",
        "An option of `generate` is out of its range.",
        "The message says which values it takes.",
    ),
    "CR181": Meaning(
        "generated claims cannot be written",
        "The folder holds other files, or there is no right or room to write.",
        "Name another folder.",
    ),
    "CR201": Meaning(
        "a file cannot be read",
        "It is not there, not UTF-8, or the folder holds no rule.",
        "Look at the path; save the file as UTF-8.",
    ),
    "CR202": Meaning(
        "not valid YAML",
        "Indentation, a colon or a quote is wrong, or the file is not one mapping.",
        "The place is where reading stopped; the mistake is there or just before. Quote texts with `:` or `#`.",
    ),
    "CR203": Meaning("a key stands twice", "YAML would silently keep the last one.", "Keep one of them."),
    "CR204": Meaning(
        "YAML that is not allowed",
        "Anchors, aliases and tags make a rule hard to read, and can be misused.",
        "Write the value out.",
    ),
    "CR205": Meaning(
        "the file is too large or too deep",
        "Rule files are small; this one is not.",
        "Split it; put long lists into knowledge tables.",
    ),
    "CR206": Meaning("unknown key", "It is misspelt, or stands at the wrong place.", "docs/language.md lists the keys."),
    "CR207": Meaning("a key is missing", "A rule must say this.", "Add it."),
    "CR208": Meaning(
        "a value is not what its key takes",
        "It is of another kind, or not one of the words that are allowed.",
        "The message lists what may stand there.",
    ),
    "CR209": Meaning(
        "a name is taken, or defined by itself",
        "Two things of one rule have one name, or `let` names go in a circle.",
        "Choose another name; break the circle.",
    ),
    "CR210": Meaning(
        "an id that does not fit",
        "A rule's id is not its file's name, or another rule has it.",
        "Make id and file name equal; never use an id twice.",
    ),
    "CR211": Meaning("this has no place in an expression", "Comments, semicolons and the like.", "Leave it out."),
    "CR212": Meaning(
        "not an expression",
        "A bracket or quote is open, a full-width sign is used, or the expression is too long to be read.",
        "The caret shows where; name parts of long ones by `let`.",
    ),
    "CR213": Meaning(
        "not part of the rule language",
        "SQL knows it, rules do not: SELECT, OVER, `= NULL`, chained comparisons …",
        "docs/language.md says what there is.",
    ),
    "CR214": Meaning(
        "an unknown name",
        "A field, function, kind, parameter or amount method is misspelt or does not exist.",
        "Take the suggestion, or look it up in docs/fields.md and docs/language.md.",
    ),
    "CR215": Meaning(
        "this cannot be asked here",
        "A row's value where the rule speaks of its subject, an aggregate in an aggregate, `rows` that asks for knowledge.",
        "Aggregate it, name it by `let`, make it a key of `per`, or use `flag_rows`.",
    ),
    "CR216": Meaning(
        "arguments that do not fit",
        "Too many, too few, or of another kind.",
        "docs/language.md says what each function takes.",
    ),
    "CR217": Meaning(
        "a comparison that can never be true",
        "The field's closed list does not have this value.",
        "The message lists the values.",
    ),
    "CR218": Meaning(
        "a look-up that cannot be made",
        "The table or its key column does not exist, or is of another type, or does not say for what it is complete.",
        "Correct the `match`, or the table's .yaml.",
    ),
    "CR219": Meaning(
        "an unknown code set", "`in_set` names a set that code_sets does not have.", "Correct the name, or add its prefixes."
    ),
    "CR220": Meaning(
        "an unknown source", "`basis` or `source` names what sources.yaml does not have.", "Correct it, or add the source."
    ),
    "CR221": Meaning(
        "a rule without a legal ground",
        "An active rule has no `basis`.",
        "Add it: a finding without a ground will not stand.",
    ),
    "CR222": Meaning(
        "an unknown article",
        "sources.yaml lists the source's articles, and this is none of them.",
        "Correct it, or add it to the list.",
    ),
    "CR231": Meaning(
        "a condition that can never hold",
        "Two of its comparisons exclude each other, or it contradicts what is asked before it, and so is true of no row.",
        "Correct the comparison that is meant otherwise; take out an exception that nothing needs.",
    ),
    "CR232": Meaning(
        "a condition that can never be false",
        "It is true of all that is known, by itself or after what is asked before it, and so says nothing.",
        "Say what is meant, or take it out.",
    ),
    "CR233": Meaning(
        "a rule of which another flags everything",
        "Both ask the same rows and tables, and the conditions of the one follow from those of the other.",
        "Merge them, or say in `rows` or `unless` of the wider one what is left to the narrower.",
    ),
    "CR234": Meaning(
        "a knowledge row that no rule can ask for",
        "The conditions of every rule that looks into the table rule out its key, or it ended before all of them began.",
        "Correct the row or the rule's conditions, or remove the row.",
    ),
    "CR241": Meaning(
        "something is allowed without a reason",
        "A comment `# allow CODE` does not say why, or lacks its colon.",
        "Write `# allow CR622: why it is right here`.",
    ),
    "CR242": Meaning(
        "a comment allows what is not there",
        "What it allowed has been mended, or it stands at another place.",
        "Remove it, or put it on the line above, or at the end of the line, of what it allows.",
    ),
    "CR243": Meaning(
        "a comment allows what cannot be allowed",
        "The code does not exist, or is an error that keeps the rule from running as it is written.",
        "Mend the error; docs/check.md says what can be allowed.",
    ),
    "CR251": Meaning(
        "a file that cannot be brought into canonical form",
        "It has a form of YAML that the formatter does not know, or would say something else afterwards.",
        "Write the line that is named in a plainer form: a key, a colon, its value.",
    ),
    "CR261": Meaning(
        "an active rule has changed, and its version has not",
        "rules.lock holds a hash of what each active version decides, and this file decides otherwise.",
        "Raise `version`, or take the change back; docs/lock.md says what counts as a change.",
    ),
    "CR262": Meaning(
        "an id is given to another rule",
        "rules.lock knows the id as that of a rule that was deleted: findings of years ago name it.",
        "Take a new id.",
    ),
    "CR263": Meaning(
        "a locked rule is gone",
        "Its id is in rules.lock, and no file has it.",
        "Keep the file with `status: retired`, or let `claimrules lock` note that it was deleted.",
    ),
    "CR264": Meaning(
        "the lock file is out of date",
        "A rule is new, has a new version, or has another status than rules.lock says.",
        "Run `claimrules lock`, and commit the file with the rules.",
    ),
    "CR265": Meaning(
        "the lock file cannot be read or written",
        "Somebody has edited it, a merge has left its marks, or there is no right to write.",
        "Take the file back from version control, and run `claimrules lock`.",
    ),
    "CR299": Meaning(
        "something went wrong in reading a rule",
        "The rule is of a form that nobody has thought of.",
        "Please report it, with the rule.",
    ),
    "CR301": Meaning(
        "a knowledge file cannot be read",
        "It is not there, not UTF-8, or not what its ending says.",
        "Save it as CSV in UTF-8, or as Parquet.",
    ),
    "CR302": Meaning(
        "a knowledge file is not a table",
        "Rows have different numbers of cells, or a quote is open.",
        "Save it as CSV with commas, in UTF-8.",
    ),
    "CR303": Meaning(
        "rows and declaration do not come together",
        "A table has rows and no .yaml, a .yaml and no rows, or a folder has no table.",
        "Put NAME.csv and NAME.yaml side by side.",
    ),
    "CR304": Meaning(
        "a file name that cannot be a table's",
        "A table's name is small letters, digits and `_`; its declaration ends in .yaml.",
        "Rename it.",
    ),
    "CR305": Meaning("unknown key in a declaration", "It is misspelt.", "docs/knowledge.md lists the keys."),
    "CR306": Meaning(
        "a value of a declaration makes no sense",
        "It is of another kind, or not one of the words that are allowed.",
        "The message says what may stand there.",
    ),
    "CR307": Meaning(
        "a declaration lacks something", "A table needs columns with types, and a key.", "Add what the message names."
    ),
    "CR308": Meaning(
        "a column of a knowledge table is missing or doubled", "Header and declaration differ.", "Make them say the same."
    ),
    "CR309": Meaning(
        "an unknown column of a knowledge table",
        "The declaration does not have it, or it is in the contract already.",
        "Declare it, or remove it.",
    ),
    "CR310": Meaning(
        "a cell cannot be read", "It is not of its column's type.", "Correct it; the place names row and column."
    ),
    "CR311": Meaning(
        "a row ends before it begins",
        "`valid_from` is after `valid_to`; both dates belong to the validity.",
        "Correct them; leave `valid_to` empty where it is open.",
    ),
    "CR312": Meaning("a knowledge row stands twice", "Two rows say the same.", "Remove one of them."),
    "CR313": Meaning(
        "two knowledge rows for one day",
        "Rows of one key and region overlap in time, so that it is not known which holds.",
        "End the earlier one the day before, or say `many: true`.",
    ),
    "CR314": Meaning(
        "a gap between knowledge rows",
        "Between the versions of one key there are days without one.",
        "Close it, or say `gaps: allowed`.",
    ),
    "CR315": Meaning(
        "a code set that makes no sense", "A set or prefix is empty, doubled, or contradicts another.", "Correct code_sets."
    ),
    "CR316": Meaning(
        "there is no such knowledge table",
        "A case or a caller gives rows of a table that is not declared.",
        "Correct the name.",
    ),
    "CR317": Meaning(
        "tables with invented rows were used",
        "They come with the library to show how rules work.",
        "Lay your own tables over them with --knowledge.",
    ),
    "CR318": Meaning(
        "rows of a parameter that contradict each other",
        "Two rows fit the same place and day, and neither is narrower.",
        "Add a row for where both fit, or make one narrower.",
    ),
    "CR319": Meaning(
        "rows of a parameter that no rule has",
        "parameters.yaml names a parameter or rule that does not exist.",
        "Correct the name.",
    ),
    "CR320": Meaning("an unknown source of a parameter", "sources.yaml does not have it.", "Correct it, or add the source."),
    "CR321": Meaning(
        "an exemption that names no rows, or too many",
        "An entry of exemptions.yaml says of nobody, or of lines of every claim, that they leave.",
        "Name its rows by claim_id, person_id, item_code …",
    ),
    "CR322": Meaning(
        "an exemption from a rule that there is not",
        "An entry of exemptions.yaml names a rule that nobody has.",
        "Take the suggestion, or remove the entry.",
    ),
    "CR330": Meaning(
        "a published file cannot be read",
        "It is damaged, of a kind that is not read, has formulas without values, or cannot be written back.",
        "Save it as .xlsx in a spreadsheet program, or as CSV in UTF-8.",
    ),
    "CR331": Meaning(
        "a sheet of no known shape",
        "No header row has the columns that are looked for, or the second sheet with the codes is not there.",
        "Name the shape by --as, give all files, or describe the sheet in ten lines: docs/knowledge-import.md.",
    ),
    "CR332": Meaning(
        "a description of a sheet makes no sense",
        "A key is misspelt, a value is of another kind, or there is no such shape.",
        "docs/knowledge-import.md lists the keys.",
    ),
    "CR333": Meaning(
        "a row of a published sheet cannot be read",
        "A cell is no number, date or word of its column, a code does not look like one, or rows contradict each other.",
        "Correct the sheet, or say in a description how it is read; --leave-faulty imports the rest.",
    ),
    "CR334": Meaning(
        "a change of a table without its day",
        "Rows would end or change, and it is not said from when, or they would be known before what is there.",
        "Give --from, the first day of the new edition; give a later --known-from.",
    ),
    "CR336": Meaning(
        "a table that is not what the sheet becomes",
        "A table of that name has other columns or another key, holds invented rows, or is no CSV.",
        "Choose another name by --table, or change the declaration.",
    ),
    "CR340": Meaning(
        "a code that no catalogue has",
        "It is misspelt, retired, or the catalogue is not complete.",
        "Correct it, or complete the catalogue.",
    ),
    "CR341": Meaning(
        "a knowledge row that no line can reach",
        "Other rows, with more of the key filled, win for every value.",
        "Remove it, or the rows that stand before it.",
    ),
    "CR342": Meaning(
        "knowledge rows that cannot all be meant",
        "A least is more than the most, one thing has two limits at once, or a pair stands both ways.",
        "Keep the one that is meant.",
    ),
    "CR343": Meaning(
        "a table has grown or shrunk by more than a share",
        "Much was imported, or much was lost.",
        "Look at what `claimrules knowledge diff` prints; a wider --share lets it pass.",
    ),
    "CR344": Meaning(
        "a regional row that says what the nation's says",
        "It changes nothing where it holds.",
        "Remove it.",
    ),
    "CR399": Meaning(
        "more errors of the same kind", "Only the first of a file are shown.", "Correct those; the rest will show."
    ),
    "CR401": Meaning(
        "a rule that cannot be planned",
        "What must be one number for all rows has rows in parameters.yaml.",
        "Give the rule a default that holds everywhere, and remove the rows.",
    ),
    "CR402": Meaning(
        "there is no such rule", "The id is misspelt, or the rule is in another folder.", "Take the suggestion."
    ),
    "CR403": Meaning(
        "there is no such parameter",
        "No rule has one of this name.",
        "Take the suggestion; `--plan` and the rule's file show its parameters.",
    ),
    "CR404": Meaning(
        "a parameter of another kind",
        "The value given is not of the kind of its default, or not one of its choices.",
        "Give a number for a number, a word of the list for a choice.",
    ),
    "CR405": Meaning("not a date", "A date is expected.", "Write 2025-01-31."),
    "CR501": Meaning(
        "a rule failed while it ran",
        "This is our fault, not yours; nothing was skipped in silence.",
        "Please report it, with the rule.",
    ),
    "CR502": Meaning(
        "a finding changed, and nothing that its rule looks at has moved",
        "This is our fault, not yours: two audits of one rule differ and nobody can say why.",
        "Please report it, with both versions of the rule.",
    ),
    "CR601": Meaning(
        "examples of a wrong shape", "`examples` is a list of cases, each a mapping.", "Begin each case with `- name:`."
    ),
    "CR602": Meaning("unknown key of a case", "It is misspelt.", "docs/cases.md lists the keys."),
    "CR603": Meaning("a case lacks something", "A name, a claim, an item code or what is expected.", "Add it."),
    "CR604": Meaning("two cases of one name", "A name says what must happen, so two of them say the same.", "Rename one."),
    "CR605": Meaning("unknown base", "`given` names what there is not.", "docs/cases.md lists the bases."),
    "CR606": Meaning("a label that does not fit", "It means no row, several rows, or is taken.", "Write CLAIM.ROW."),
    "CR607": Meaning(
        "a value of a case cannot be read", "It is not of its column's type.", "docs/fields.md says what the column holds."
    ),
    "CR608": Meaning(
        "an expectation that makes no sense",
        "An unknown word, or a row that is expected to be two things.",
        "docs/cases.md lists what can be expected.",
    ),
    "CR610": Meaning(
        "a row of a case is rejected",
        "The door for claims would refuse it.",
        "Correct the row; the reason is that of CR110 to CR114.",
    ),
    "CR611": Meaning("there is no such rule", "`test --only` names what there is not.", "Take the suggestion."),
    "CR621": Meaning(
        "a rule without a case that it flags", "Nobody has shown that it finds anything.", "Add one under `examples:`."
    ),
    "CR622": Meaning(
        "a rule without a near case that is clean",
        "Nobody has shown that it keeps to its limits.",
        "Copy a flagged case and change the one thing that matters.",
    ),
    "CR623": Meaning(
        "a rule without a case before it took effect",
        "Nobody has shown that its dates hold.",
        "Add one that expects `not_applicable`.",
    ),
    "CR631": Meaning(
        "a case fails, so mutants say nothing",
        "Mutants are scored by the cases, which must pass first.",
        "Mend it first: claimrules test.",
    ),
    "CR632": Meaning(
        "there is no such mutant",
        "The rule file excuses a mutant that the rule does not have any more.",
        "Remove the line, or correct the name.",
    ),
    "CR633": Meaning("an excused mutant is killed after all", "A case tells it from the rule.", "Remove the excuse."),
    "CR634": Meaning(
        "an excused mutant without a reason", "Whoever excuses a mutant says why it cannot differ.", "Add the reason."
    ),
    "CR701": Meaning(
        "the output is no folder",
        "OUT is a file.",
        "Name a new folder.",
    ),
    "CR702": Meaning(
        "the folder holds files that are not ours",
        "Nothing that claimrules did not write is overwritten.",
        "Name a new folder.",
    ),
    "CR703": Meaning("no right to write", "The folder above cannot be written to.", "Name another folder."),
    "CR704": Meaning(
        "the output cannot be written",
        "The disk is full, or went away.",
        "Make room and run again; what was there before is kept.",
    ),
    "CR711": Meaning(
        "a part is missing that must be installed",
        "The strategies of `claimrules.testing` need hypothesis, which comes with an extra.",
        "pip install 'claimrules[testing]'.",
    ),
    "CR721": Meaning(
        "the unfinished audit is being worked on",
        "Another audit with the same `--out` is running: what it has finished is in the folder `OUT.partial`.",
        "Wait for it, or name another `--out`.",
    ),
    "CR722": Meaning(
        "what is finished cannot be kept",
        "Something that no audit wrote has the name of the folder for an unfinished audit, `OUT.partial`.",
        "Move it away, or name another `--out`.",
    ),
    "CR723": Meaning(
        "the disk is full",
        "Claims on their way to the rules, or what is finished of the audit, cannot be written.",
        "Make room and run the same again with `--resume`.",
    ),
    "CR724": Meaning(
        "the unfinished audit is another one",
        "Rules, knowledge, claims or options differ from those of the run that was stopped: its findings may not be mixed "
        "with these.",
        "Run it with what it had; or without `--resume`, which discards what it had finished and begins anew.",
    ),
    "CR801": Meaning(
        "there is no such dialect of SQL", "`sql --dialect` names what sqlglot does not write.", "Take the suggestion."
    ),
    "CR802": Meaning(
        "a rule that cannot be said in SQL",
        "It uses something that the dialect has no word for; the message names it.",
        "Take another dialect, or audit with the engine, which needs no SQL.",
    ),
    "CR901": Meaning(
        "a side of a comparison is neither a path nor a revision",
        "There is no such file or folder, and no git repository here that could have a revision of that name.",
        "Name a folder of rules, or run the command inside the repository.",
    ),
    "CR902": Meaning(
        "there is no such revision",
        "git knows no branch, tag or commit of that name here.",
        "Take the suggestion, or fetch what is elsewhere: a shallow clone has no history.",
    ),
    "CR903": Meaning(
        "a revision has no such path",
        "The path goes from the top of the repository, and there was nothing there at that revision.",
        "Take the suggestion; write `REV:./path` for a path from the current folder.",
    ),
}

MEANINGS = {code: replace(meaning, example=EXAMPLES[code]) for code, meaning in _MEANINGS.items()}


def meaning_of(code: str) -> Meaning | None:
    """What a code means; None for one that there is not."""
    return MEANINGS.get(code.upper())

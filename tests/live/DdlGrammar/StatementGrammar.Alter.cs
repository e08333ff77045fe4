namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>The grammar of ALTER TABLE.</summary>
public sealed partial class StatementGrammar
{
    /// <summary>MariaDB's ALTER TABLE `t 1` ADD a INT, RENAME TO t2 keeps the old table as well if its file has another name than the
    /// table, as with a blank (seen on 10.11 and 11.8). The stream renames it, and looks the old table up if it has rows again.</summary>
    private const bool WritesRenamesThatMariaDbDoesByHalf = false;

    private string Alter()
    {
        GrammarTable table = AnyTable();
        List<string> names = [.. ColumnsOf(table)];
        List<string> olds = [.. names];
        string head = $"ALTER "
            + (_isMariaDb ? words.MaybeAny(12, "ONLINE ", "IGNORE ", "ONLINE IGNORE ") : "")
            + (kind == TestServers.ServerKind.MySql56 ? words.Maybe(12, "IGNORE ") : "") + "TABLE"
            + $"{IfExists(12)} {Table(table)}{Wait()} ";
        if (words.OneIn(30))
        {
            return head + PartitionPart(names);
        }

        List<string> parts = words.OneIn(25) ? Exchanged(table, names, olds) : [];
        do
        {
            parts.Add(Part(table, names, olds));
        }
        while (words.Next(5) < 2);
        string tail = words.MaybeAny(14, " PARTITION BY HASH (a) PARTITIONS 2", " REMOVE PARTITIONING", " " + Partitions(names, true));
        if (_isMariaDb && !WritesRenamesThatMariaDbDoesByHalf && (parts.Count > 1 || tail.Length > 0)
            && !table.Name.All(letter => char.IsAsciiLetterOrDigit(letter)))
        {
            parts = [.. parts.Where(part => !IsRenameOfTable(part)).DefaultIfEmpty("FORCE")];
        }

        return head + string.Join(words.Any(", ", ",", " , "), parts) + tail;
    }

    /// <summary>Names that are exchanged, and definitions of one column that follow each other.</summary>
    private List<string> Exchanged(GrammarTable table, List<string> names, List<string> olds)
    {
        string first = words.Of(olds), second = words.Of(olds), added = words.NewColumn(names);
        olds.Remove(first);
        olds.Remove(second);
        return words.Next(9) switch
        {
            0 when table.Indexes.Count > 1 => [$"RENAME KEY {AnyIndex(table)} TO {AnyIndex(table)}", $"RENAME KEY {AnyIndex(table)} TO k5"],
            1 => [$"DROP KEY {IndexName()}", $"ADD UNIQUE KEY{IfNotExists(1)} {IndexName()} ({words.Of(names)})"],
            2 => [$"CHANGE {first} {second} {Definition(names)}", $"CHANGE {second} {first} {Definition(names)}{Place(names)}"],
            3 => [$"CHANGE {first} {added} {Definition(names)}", $"ADD {first} {Definition(names)}", $"MODIFY {first} {Definition(names)}"
                + Place(names)],
            4 => [$"DROP {first}", $"ADD {first} {Definition(names)}{Place(names)}", $"MODIFY {first} {Definition(names)}{Place(names)}"],
            5 => [$"CHANGE{IfExists(1)} {added} {second} {Definition(names)}", $"ADD{IfNotExists(1)} {second} {Definition(names)}"],
            6 => [$"ADD{IfNotExists(1)} {first} INT {words.Any("UNIQUE", "PRIMARY KEY")}"],
            7 => [$"MODIFY {first} {words.Any("TEXT", "BLOB", "TINYTEXT", "MEDIUMTEXT")}", $"CONVERT TO CHARACTER SET {words.Of(_sets)}",
                $"DEFAULT CHARACTER SET {words.Of(_sets)}"],
            _ when kind != TestServers.ServerKind.MySql56
                => [$"RENAME COLUMN {first} TO {second}", $"RENAME COLUMN {second} TO {first}"],
            _ => [$"ADD {added} {Definition(names)} FIRST"],
        };
    }

    private static bool IsRenameOfTable(string part) => part.StartsWith("RENAME ", StringComparison.Ordinal)
        && !part.StartsWith("RENAME COLUMN", StringComparison.Ordinal) && !part.StartsWith("RENAME INDEX", StringComparison.Ordinal)
        && !part.StartsWith("RENAME KEY", StringComparison.Ordinal);

    /// <summary>One specification. New names join the list, so that later ones refer to them.</summary>
    private string Part(GrammarTable table, List<string> names, List<string> olds)
    {
        switch (words.Next(40))
        {
            case < 11:
                string added = words.NewColumn(names);
                string definition = Definition(names);
                string part = $"ADD {words.Any("", "COLUMN ")}{IfNotExists(6).TrimStart()} {added} {definition}{Place(names)}";
                names.Add(added);
                return part;
            case 11:
                string first = words.NewColumn(names);
                string[] both = [first, words.NewColumn([.. names, first])];
                names.AddRange(both);
                return $"ADD {words.Any("", "COLUMN ")}({both[0]} {Definition(names)}, {both[1]} "
                    + $"{Definition(names)}{words.Maybe(4, ", " + Key(names))})";
            case < 17:
                string modified = Old();
                List<string> others = [.. names.Where(name => name != modified || words.OneIn(20)).DefaultIfEmpty(modified)];
                return $"MODIFY {words.Any("", "COLUMN ")}{IfExists(8).TrimStart()} {modified} {Definition(others)}{Place(others)}";
            case < 21:
                string changed = words.OneIn(10) ? words.Of(names) : words.NewColumn(names), changing = Old();
                Forget(changing);
                string change = $"CHANGE {words.Any("", "COLUMN ")}{IfExists(8).TrimStart()} {changing} {changed} "
                    + $"{Definition(names)}{Place(names)}";
                names.Add(changed);
                return change;
            case < 24:
                string dropped = Old();
                Forget(dropped);
                return $"DROP {words.Any("", "COLUMN ")}{IfExists(6).TrimStart()} "
                    + $"{dropped}{(_isMariaDb ? words.MaybeAny(20, " RESTRICT", " CASCADE") : "")}";
            case < 28 when kind != TestServers.ServerKind.MySql56:
                string renamed = words.OneIn(10) ? words.Of(names) : words.NewColumn(names), renaming = Old();
                Forget(renaming);
                string rename = $"RENAME COLUMN{IfExists(8)} {renaming} TO {renamed}";
                names.Add(renamed);
                return rename;
            case 28:
                return $"ALTER {words.Any("", "COLUMN ")}{IfExists(8).TrimStart()} {words.Of(names)} "
                    + words.Any("SET DEFAULT 5", "SET DEFAULT (1 + 2)", "DROP DEFAULT", "SET DEFAULT NULL", _is97 ? "SET INVISIBLE"
                        : "DROP DEFAULT", _is97 ? "SET VISIBLE" : "SET DEFAULT 1");
            case 29:
                return $"CONVERT TO {words.Any("CHARACTER SET", "CHARSET", "CHAR SET")} "
                    + words.Any("DEFAULT", words.Of(_sets), "latin1 COLLATE latin1_bin", "utf8mb4 COLLATE utf8mb4_bin", words.Of(_sets));
            case < 33:
                return $"ADD {Key(names, isAdded: true)}";
            case 33 or 34 when table.Indexes.Count == 0 && !words.OneIn(10):
                return $"ADD {Key(names, isAdded: true)}";
            case 33:
                return words.Any("DROP PRIMARY KEY", $"DROP {words.Any("INDEX", "KEY")}{IfExists(6)} {AnyIndex(table)}",
                    $"DROP {words.Any("INDEX", "KEY")} {AnyIndex(table)}",
                    "DROP CONSTRAINT" + IfExists(3) + " " + AnyIndex(table), "DROP FOREIGN KEY" + IfExists(3) + " fk1",
                    _isMariaDb ? "DROP CONSTRAINT IF EXISTS c9" : "DROP CHECK c9");
            case 34:
                return $"RENAME {words.Any("INDEX", "KEY")}{IfExists(10)} {AnyIndex(table)} TO {IndexName()}";
            case 35:
                return $"RENAME {words.Any("", "TO ", "AS ", "= ")}{FreeTable()}";
            case 36:
                return _isMariaDb
                    ? words.Any("ADD SYSTEM VERSIONING", "DROP SYSTEM VERSIONING", "ADD PERIOD IF NOT EXISTS FOR p (a, b)",
                        "DROP PERIOD FOR p", "DROP PERIOD IF EXISTS FOR p", "ADD PERIOD FOR SYSTEM_TIME (s, e2)", "WITH SYSTEM VERSIONING")
                    : words.Any("ALTER INDEX k1 INVISIBLE", "FORCE", "ALTER CHECK c9 NOT ENFORCED", "ALTER CONSTRAINT c9 ENFORCED",
                        "WITHOUT VALIDATION", "WITH VALIDATION");
            case 37:
                return words.Any("ALGORITHM=INPLACE", "ALGORITHM = COPY", "LOCK=NONE", "ALGORITHM INSTANT", "ALGORITHM=DEFAULT",
                    "LOCK SHARED", "DISABLE KEYS", "ENABLE KEYS", "FORCE", $"ORDER BY {words.Of(names)}, {words.Of(names)} DESC");
            default:
                return string.Join(words.Any(" ", ", "), Enumerable.Range(0, 1 + words.Next(2)).Select(_ => Option()));
        }

        void Forget(string name)
        {
            if (names.Count > 1)
            {
                names.Remove(name);
            }
        }

        string Old()
        {
            // The server takes the names from before the statement, and each column once.
            string name = words.OneIn(12) || olds.Count == 0 ? words.Of(names) : words.Of(olds);
            if (!words.OneIn(12))
            {
                olds.Remove(name);
            }

            return name;
        }
    }

    private string PartitionPart(List<string> names) => words.Next(16) switch
    {
        < 3 => Partitions(names, true),
        3 => "ADD PARTITION PARTITIONS 2",
        4 => $"ADD PARTITION{IfNotExists(4)} (PARTITION p9 VALUES LESS THAN (100))",
        5 => $"DROP PARTITION{IfExists(4)} p0",
        6 => "COALESCE PARTITION 1",
        7 => "REORGANIZE PARTITION p0 INTO (PARTITION p0 VALUES LESS THAN (20), PARTITION p5 VALUES LESS THAN (50))",
        8 => $"EXCHANGE PARTITION p0 WITH TABLE {AnyName()}{words.MaybeAny(2, " WITHOUT VALIDATION", " WITH VALIDATION")}",
        9 => $"{words.Any("ANALYZE", "CHECK", "OPTIMIZE", "REBUILD", "REPAIR")} PARTITION {words.Any("ALL", "p0", "p0, p1")}",
        10 => "TRUNCATE PARTITION " + words.Any("ALL", "p0"),
        11 => "REMOVE PARTITIONING",
        12 or 13 when _is118 => $"CONVERT PARTITION p0 TO TABLE {NewTable()}",
        14 when _is118 => $"CONVERT TABLE {AnyName()} TO PARTITION p7 VALUES LESS THAN "
            + $"(70){words.MaybeAny(3, " WITHOUT VALIDATION", " WITH VALIDATION")}",
        _ => "REORGANIZE PARTITION",
    };

    private string Place(IReadOnlyList<string> names) => words.Next(5) switch
    {
        0 => " FIRST",
        1 or 2 => " AFTER " + words.Of(names),
        _ => "",
    };

    private IReadOnlyList<string> ColumnsOf(GrammarTable table) => [.. table.Columns.Select(column => words.Quote(column.Name))];

    private string AnyIndex(GrammarTable table) => table.Indexes.Count > 0 && !words.OneIn(6) ? words.Quote(words.Of(table.Indexes),
        keepsCase: true) : IndexName();
}

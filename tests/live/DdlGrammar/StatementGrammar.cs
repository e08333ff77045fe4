using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>
/// Writes random statements of the grammars in the manuals: CREATE TABLE, ALTER TABLE, RENAME TABLE, DROP TABLE, CREATE INDEX, DROP INDEX,
/// TRUNCATE TABLE, CREATE DATABASE and, for MariaDB, the statements about sequences. Many of them are meant to fail.
/// </summary>
/// <param name="words">Draws words.</param>
/// <param name="kind">The server, whose grammar is written.</param>
/// <param name="databases">The databases, the first of which is the default one.</param>
public sealed partial class StatementGrammar(GrammarWords words, ServerKind kind, IReadOnlyList<string> databases)
{
    /// <summary>The name of the only view.</summary>
    public const string View = "v";

    private const int MostTables = 9;

    private static readonly string[] _tableNames = ["t1", "t2", "t3", "t4", "first", "value", "`t 5`", "`таблица`", "`t``6`", "T7"];

    private readonly bool _isMariaDb = kind is ServerKind.MariaDb1011 or ServerKind.MariaDb118;
    private readonly bool _is118 = kind == ServerKind.MariaDb118;
    private readonly bool _is97 = kind == ServerKind.MySql97;

    /// <summary>The tables that exist.</summary>
    public IReadOnlyList<GrammarTable> Tables { get; set; } = [];

    /// <summary>True if all columns have one type, so that only names distinguish them.</summary>
    public bool HasOneType { get; set; }

    /// <summary>The session's sql_mode.</summary>
    public string SqlMode { get; private set; } = "";

    /// <summary>Returns settings for the session that change how statements are read.</summary>
    public string Settings()
    {
        List<string> modes = ["NO_ENGINE_SUBSTITUTION"];
        foreach (string mode in (string[])["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "REAL_AS_FLOAT", "PIPES_AS_CONCAT", "IGNORE_SPACE",
            "IGNORE_BAD_TABLE_OPTIONS"])
        {
            if (words.OneIn(5) && (_isMariaDb || mode[^7..] != "OPTIONS"))
            {
                modes.Add(mode);
            }
        }

        if (_isMariaDb && words.OneIn(4))
        {
            modes.Add("ORACLE");
        }

        SqlMode = string.Join(',', modes);
        words.HasAnsiQuotes = modes.Contains("ANSI_QUOTES");
        HasOneType = !words.OneIn(3);
        string settings = $"SET SESSION sql_mode='{SqlMode}', foreign_key_checks=0; SET NAMES "
            + $"{words.Any("utf8mb4", "utf8mb4", "utf8mb4", "utf8", "utf8", "utf8mb4", "utf8mb4", "cp1251")}";
        settings += _isMariaDb ? "; SET SESSION system_versioning_alter_history=KEEP" : "";
        settings += _is97 ? $"; SET SESSION sql_generate_invisible_primary_key={words.Any("OFF", "OFF", "ON")}" : "";

        // Only MySQL's log has the session's: elsewhere the server's counts, with which the test starts it.
        return settings + (_is97 ? $"; SET SESSION explicit_defaults_for_timestamp={words.Any("ON", "ON", "OFF")}" : "");
    }

    /// <summary>Returns a statement.</summary>
    public string Next()
    {
        string statement = Tables.Count < 3 || words.OneIn(6) ? Create() : Tables.Count > MostTables ? Drop() : words.Next(40) switch
        {
            < 26 => Alter(),
            < 28 => Rename(),
            < 29 => Drop(),
            < 31 => CreateIndex(),
            < 32 => DropIndex(),
            < 33 => Truncate(),
            < 34 => Database(),
            < 36 when _isMariaDb => Sequence(),
            < 37 => Other(),
            37 when words.OneIn(2) => words.OneIn(2) ? Locked() : Shadowed(),
            _ => Alter(),
        };
        return Dressed(statement);
    }

    /// <summary>Puts comments and blanks where the servers allow them.</summary>
    private string Dressed(string statement)
    {
        // The command line client waits for more after a comment inside another one.
        bool isPlain = !statement.Contains("/*", StringComparison.Ordinal);
        string text = words.Next(30) switch
        {
            0 => "/* a 'comment */ " + statement,
            1 when isPlain => "/*!50000 " + statement + " */",
            2 when _isMariaDb && isPlain => "/*M! " + statement + "*/",
            3 when _isMariaDb => "SET STATEMENT max_statement_time=100, lock_wait_timeout = 5 FOR " + statement,
            4 => "-- it's a comment\n" + statement,
            5 => "# `a comment\n\t" + statement + " ",
            _ => statement,
        };
        return text;
    }

    private string NewTable() => Qualified(words.Of(_tableNames));

    /// <summary>A name that mostly no table has.</summary>
    private string FreeTable()
    {
        string name = words.Of(_tableNames);
        for (int i = 0; i < 10 && !words.OneIn(30) && Tables.Any(table => table.Database == databases[0]
            && name.Trim('`').Replace("``", "`", StringComparison.Ordinal) == table.Name); i++)
        {
            name = words.Of(_tableNames);
        }

        return Qualified(name);
    }

    private string Qualified(string table) => words.Next(8) switch
    {
        0 => $"{words.Of(databases)}.{table}",
        1 => $"`{databases[0]}` . {table}",
        _ => table,
    };

    private GrammarTable AnyTable()
    {
        GrammarTable table = Tables[words.Next(Tables.Count)];
        for (int i = 0; i < 10 && (table.Name is "s1" or "s2") && !words.OneIn(60); i++)
        {
            table = Tables[words.Next(Tables.Count)];
        }

        return table;
    }

    private string Table(GrammarTable table) => table.Database == databases[0] && !words.OneIn(4)
        ? $"`{table.Name.Replace("`", "``", StringComparison.Ordinal)}`" : table.Quoted;

    private string AnyName() => Tables.Count == 0 || words.OneIn(20) ? NewTable() : Table(AnyTable());

    private string IfExists(int times) => _isMariaDb ? words.Maybe(times, " IF EXISTS") : "";

    private string IfNotExists(int times) => _isMariaDb ? words.Maybe(times, " IF NOT EXISTS") : "";

    private string Wait() => _isMariaDb ? words.MaybeAny(15, " WAIT 5", " NOWAIT") : "";

    private string Rename()
    {
        string pairs = words.List(1, 3, () => $"{AnyName()}{Wait()} TO {FreeTable()}");
        if (Tables.Count > 2 && words.OneIn(3))
        {
            // A swap, as the cut-over of an online schema change does it.
            string first = Table(AnyTable()), second = Table(AnyTable());
            pairs = $"{first} TO `swapping`, {second} TO {first}, `swapping` TO {second}";
        }

        return $"RENAME {words.Any("TABLE", "TABLES", "table")}{IfExists(8)} {pairs}";
    }

    private string Drop() => $"DROP {words.Any("TABLE", "TABLE", "TABLES")}{words.Maybe(3, " IF EXISTS")} "
        + $"{words.List(1, 3, AnyName)}{Wait()}{words.MaybeAny(8, " RESTRICT", " CASCADE")}";

    private string Truncate() => $"TRUNCATE {words.Any("TABLE ", "")}{AnyName()}{Wait()}";

    private string CreateIndex()
    {
        GrammarTable table = AnyTable();
        string kindOf = words.Any("", "UNIQUE ", "UNIQUE ", "UNIQUE ", "FULLTEXT ");
        string orReplace = _isMariaDb ? words.Maybe(6, "OR REPLACE ") : "";
        return $"CREATE {orReplace}{kindOf}INDEX{(orReplace.Length > 0 ? "" : IfNotExists(6))} {IndexName()} "
            + (kindOf.StartsWith('F') ? "" : words.MaybeAny(4, "USING BTREE ", "USING HASH ", "TYPE BTREE "))
            + $"ON {Table(table)}{Wait()} "
            + $"({KeyParts(ColumnsOf(table))}){IndexOption()}{words.MaybeAny(10, " ALGORITHM=INPLACE", " ALGORITHM DEFAULT LOCK=DEFAULT")}";
    }

    private string DropIndex()
    {
        GrammarTable table = AnyTable();
        if (table.Indexes.Count == 0 && !words.OneIn(10))
        {
            return CreateIndex();
        }

        return $"DROP INDEX{IfExists(6)} {AnyIndex(table)} ON {Table(table)}{Wait()}";
    }

    /// <summary>A table that the session has locked.</summary>
    private string Locked()
    {
        string table = Table(AnyTable());
        return $"LOCK TABLES {table} WRITE; {words.Any(Alter(), $"ALTER TABLE {table} ADD locked{words.Next(9)} INT FIRST",
            $"RENAME TABLE {table} TO {FreeTable()}", $"DROP TABLE {table}", $"TRUNCATE {table}")}; UNLOCK TABLES";
    }

    /// <summary>Statements about a temporary table that hides another one: they leave that as it is.</summary>
    private string Shadowed()
    {
        string table = Table(AnyTable());
        string create = words.Any("LIKE " + AnyName(), "(zz INT, a INT)", $"SELECT * FROM {AnyName()}");
        return $"CREATE TEMPORARY TABLE {table} {create}; ALTER TABLE {table} ADD shadow INT FIRST; CREATE INDEX zz ON {table} (shadow); "
            + $"TRUNCATE TABLE {table}; DROP {words.Any("TEMPORARY ", "")}TABLE {table}";
    }

    private string Database() => words.Next(8) switch
    {
        0 => $"ALTER {words.Any("DATABASE", "SCHEMA")} "
            + $"{words.Any("", databases[1] + " ", databases[0] + " ")}{words.Any("", "DEFAULT ")}{CharacterSetOption()}",
        1 => $"CREATE DATABASE IF NOT EXISTS {databases[1]} {words.Maybe(2, CharacterSetOption())}",
        2 when _isMariaDb => $"CREATE OR REPLACE DATABASE {databases[1]} {words.Maybe(2, CharacterSetOption())}",
        3 => $"DROP DATABASE {words.Maybe(2, "IF EXISTS ")}{databases[1]}",
        4 => $"CREATE SCHEMA {databases[1]} {words.Maybe(2, CharacterSetOption())}",
        _ => $"CREATE DATABASE IF NOT EXISTS {databases[1]}",
    };

    private string Sequence()
    {
        string type = _is118 ? words.MaybeAny(3, " AS INT", " AS SMALLINT UNSIGNED", " AS TINYINT", " AS BIGINT UNSIGNED") : "";
        string options = words.MaybeAny(2, " START WITH 5", " START 5 MAXVALUE 100", " MINVALUE = 1 NO MAXVALUE",
            " INCREMENT BY 2 CACHE 10", " NOCYCLE NOCACHE", " CYCLE");
        return words.Next(7) switch
        {
            < 3 => $"CREATE {words.Maybe(4, "OR REPLACE ")}SEQUENCE {words.Any("s1", "s2", databases[0] + ".s1")}{type}{options}",
            3 => $"CREATE SEQUENCE IF NOT EXISTS {words.Any("s1", "s2")}{type}{options} ENGINE=InnoDB COMMENT 'x'",
            4 => $"ALTER SEQUENCE "
                + $"{words.Maybe(3, "IF EXISTS ")}s1{type}{words.Any(" RESTART", " RESTART 7", " RESTART WITH = 3", " CACHE 5")}",
            5 => $"DROP SEQUENCE {words.Maybe(2, "IF EXISTS ")}{words.Any("s1", "s1, s2")}",
            _ => words.Any("RENAME TABLE s1 TO s2", "ALTER TABLE s2 RENAME TO s1", "DROP TABLE IF EXISTS s1"),
        };
    }

    /// <summary>Statements that concern no table, whose text may hold anything.</summary>
    private string Other() => words.Any(
        $"CREATE OR REPLACE VIEW {View} AS SELECT 1 AS `alter table t1 add x int`",
        $"DROP VIEW IF EXISTS {View}",
        "CREATE FUNCTION f() RETURNS TEXT DETERMINISTIC RETURN 'drop table t1'",
        "CREATE PROCEDURE p() ALTER TABLE t1 ADD never INT",
        "DROP FUNCTION IF EXISTS f",
        "DROP PROCEDURE IF EXISTS p",
        "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO DROP TABLE t1",
        "DROP EVENT IF EXISTS e",
        $"ANALYZE TABLE {AnyName()}",
        $"OPTIMIZE TABLE {AnyName()}",
        $"FLUSH TABLES",
        $"CREATE TEMPORARY TABLE temp (a INT)",
        "DROP TEMPORARY TABLE IF EXISTS temp",
        "GRANT SELECT ON *.* TO root@localhost");
}

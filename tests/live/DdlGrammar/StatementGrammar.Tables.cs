namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>The grammar of CREATE TABLE, keys, options and partitions.</summary>
public sealed partial class StatementGrammar
{
    private string Create()
    {
        string orReplace = _isMariaDb ? words.Maybe(5, "OR REPLACE ") : "";
        string head = $"CREATE {orReplace}TABLE{(words.OneIn(6) && orReplace.Length == 0 ? " IF NOT EXISTS" : "")} "
            + $"{(orReplace.Length == 0 ? FreeTable() : NewTable())} ";
        if (Tables.Count > 0)
        {
            switch (words.Next(24))
            {
                case 0:
                    return head + "LIKE " + AnyName();
                case 1:
                    return head + $"(LIKE {AnyName()})";
                case 2:
                    return head + $"{words.Any("", $"({words.NewColumn()} INT) ", $"(KEY (a)) ", "ENGINE=InnoDB ", "(PRIMARY KEY (a)) ",
                        "(z CHAR(3), y TEXT) CHARSET=ucs2 COMMENT 'x' ", "(`y z` ENUM('q')) ENGINE=InnoDB COLLATE latin1_bin ")}"
                        + words.Any("", "AS ", "IGNORE ", "REPLACE AS ")
                        + words.Any("", "(") switch { "(" => $"(SELECT * FROM {AnyName()})", _
                            => $"SELECT {words.Any("*", "1 AS x, 'y' AS b", "a", "COUNT(*)")} FROM {AnyName()}" };
                case 3 when _is97:
                    return head + words.Any($"AS TABLE {AnyName()}", "AS VALUES ROW(1, 2)", $"WITH w AS (SELECT 1 AS a) SELECT * FROM w",
                        $"TABLE {AnyName()}");
                default:
                    break;
            }
        }

        if (_isMariaDb && words.OneIn(20))
        {
            return head + $"(id INT, a DATE, b DATE, c INT, PERIOD FOR p (a, b), {words.Any("UNIQUE k9", "PRIMARY KEY")} "
                + $"({words.Any("id, p WITHOUT OVERLAPS", "id, c, p WITHOUT OVERLAPS", "id")})){Options()}";
        }

        List<string> names = [];
        List<string> elements = [];
        int count = 2 + words.Next(5);
        for (int i = 0; i < count; i++)
        {
            string name = words.NewColumn(names);
            if (!names.Contains(name) || words.OneIn(40))
            {
                elements.Add($"{name} {Definition(names)}");
                names.Add(name);
            }
        }

        while (words.OneIn(2))
        {
            elements.Insert(words.OneIn(3) ? words.Next(elements.Count + 1) : elements.Count, Key(names));
        }

        if (_isMariaDb && words.OneIn(20))
        {
            elements.AddRange(["s TIMESTAMP(6) AS ROW START", $"e2 TIMESTAMP(6) AS ROW END{words.Maybe(3, " INVISIBLE")}",
                "PERIOD FOR SYSTEM_TIME (s, e2)"]);
        }

        string partitions = words.Maybe(10, " " + Partitions(names, words.OneIn(3)));
        return $"{head}({string.Join(words.Any(", ", ","), elements)}){Options()}{partitions}";
    }

    private string Key(IReadOnlyList<string> columns, bool isAdded = false)
    {
        string optional = isAdded ? IfNotExists(2) : "";
        string constraint = words.MaybeAny(4, "CONSTRAINT ", "CONSTRAINT `k 1` ", "CONSTRAINT sym ");
        string using_ = words.MaybeAny(5, " USING BTREE", " USING HASH");
        return words.Next(12) switch
        {
            < 3 => $"{constraint}PRIMARY KEY{using_} ({KeyParts(columns)}){IndexOption()}",
            < 7 => $"{constraint}UNIQUE{words.Any("", " KEY", " INDEX")}"
                + $"{words.Any("", " " + IndexName(), optional + " " + IndexName())}{using_} ({KeyParts(columns)}){IndexOption()}",
            < 9 => $"{words.Any("KEY", "INDEX")}{words.Any("", " " + IndexName(), optional + " " + IndexName())}{using_} "
                + $"({KeyParts(columns)}){IndexOption()}",
            9 => $"{words.MaybeAny(3, "CONSTRAINT ", "CONSTRAINT c9 ")}CHECK ({words.Of(columns)} <> 1000)",
            10 => $"{constraint}FOREIGN KEY{words.Maybe(3, " fk1")} ({words.Of(columns)}) REFERENCES t1 "
                + $"(a){words.MaybeAny(2, " ON DELETE CASCADE", " ON UPDATE SET NULL")}",
            _ => words.Any($"FULLTEXT ({words.Of(columns)})", $"SPATIAL INDEX ({words.Of(columns)})", _isMariaDb ? "PERIOD FOR p (a, b)"
                : $"FULLTEXT KEY ft ({words.Of(columns)})"),
        };
    }

    private string IndexName() => words.OneIn(40) ? "`primary`" : words.Any("k1", "k2", "k3", "`k 4`", "a");

    private string IndexOption() => words.MaybeAny(6, " COMMENT 'k, (x'", " KEY_BLOCK_SIZE=8", " USING BTREE", " USING HASH", _is97
        ? " INVISIBLE" : _isMariaDb ? " IGNORED" : "", _isMariaDb ? " NOT IGNORED" : _is97 ? " VISIBLE" : "");

    private string KeyParts(IReadOnlyList<string> columns) => string.Join(", ", words.Some(columns, Math.Min(columns.Count,
        3)).Select(column =>
        _is97 && words.OneIn(15) ? $"(({column} + 1))" : column + words.MaybeAny(10, " ASC", " DESC") + words.Maybe(60, "(2)")));

    private string CharacterSetOption() => words.Next(4) switch
    {
        0 => $"COLLATE {words.Any("", "= ")}{words.Of(_collations)}",
        1 => $"CHARSET {words.Of(_sets)}",
        2 => "CHARACTER SET = latin1 COLLATE latin1_bin",
        _ => $"CHARACTER SET {words.Any("", "= ")}{words.Of(_sets)}",
    };

    private string Option() => words.Next(16) switch
    {
        0 => "ENGINE=InnoDB",
        1 => "ENGINE MyISAM",
        2 => $"DEFAULT {CharacterSetOption()}",
        3 => CharacterSetOption(),
        4 => Comment(),
        5 => "COMMENT='charset=utf8 (x, y'",
        6 => "AUTO_INCREMENT 5",
        7 => "ROW_FORMAT=DYNAMIC",
        8 => "STATS_PERSISTENT=1",
        9 => "CHECKSUM 1",
        10 => "MAX_ROWS=100 MIN_ROWS=1",
        11 => "KEY_BLOCK_SIZE 0",
        12 when _isMariaDb => words.Any("WITH SYSTEM VERSIONING", "PAGE_CHECKSUM=1", "`unknown`=5", "TRANSACTIONAL=0"),
        13 when _is97 => words.Any("AUTOEXTEND_SIZE=4M", "ENGINE_ATTRIBUTE='{}'", "COMPRESSION=''", "STATS_SAMPLE_PAGES = DEFAULT"),
        _ => "PACK_KEYS=DEFAULT",
    };

    private string Options() => words.Maybe(2, " " + string.Join(words.Any(" ", ", "), Enumerable.Range(0, 1 + words.Next(3)).Select(_
        => Option())));

    private string Partitions(IReadOnlyList<string> columns, bool isLong)
    {
        string column = words.Of(columns);
        string sub = words.MaybeAny(5, $" SUBPARTITION BY HASH ({column}) SUBPARTITIONS 2");
        string comment = words.MaybeAny(4, " ENGINE=InnoDB COMMENT = 'x, ADD y INT'", " MAX_ROWS=5");
        return "PARTITION BY " + words.Next(isLong ? 7 : 3) switch
        {
            0 => $"{words.Any("", "LINEAR ")}HASH ({column}) PARTITIONS {1 + words.Next(3)}",
            1 => $"KEY ({column}) PARTITIONS 2",
            2 => $"RANGE ({column}){sub} (PARTITION p0 VALUES LESS THAN (50){comment}, PARTITION p1 VALUES LESS THAN MAXVALUE)",
            3 => $"LIST ({column}) (PARTITION p0 VALUES IN (1, 2, 3, NULL), PARTITION `p 1` VALUES IN (4,5,6))",
            4 => $"RANGE COLUMNS ({column}) (PARTITION p0 VALUES LESS THAN (50), PARTITION p1 VALUES LESS THAN (MAXVALUE))",
            5 => _isMariaDb ? "SYSTEM_TIME (PARTITION h HISTORY, PARTITION cur CURRENT)"
                : $"LIST COLUMNS ({column}) (PARTITION p0 VALUES IN (1,2))",
            _ => $"LINEAR KEY ALGORITHM=2 ({column})",
        };
    }
}

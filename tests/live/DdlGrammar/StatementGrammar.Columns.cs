namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>The grammar of columns: types, attributes, literals.</summary>
public sealed partial class StatementGrammar
{
    /// <summary>Without a strict sql_mode a server keeps question marks for the characters of a label that the column's character set has
    /// not, and so does the stream. But a conversion of the table may leave its bytes no text: then the stream does not know it.</summary>
    private const bool WritesLabelsOutsideTheCharacterSet = false;

    /// <summary>MySQL takes no unique key with a virtual column for the missing primary key; the stream does, as it does not keep which
    /// columns are virtual.</summary>
    private const bool WritesVirtualColumnsWithoutNulls = false;

    private static readonly string[] _sets = ["latin1", "utf8mb4", "utf8mb3", "ascii", "cp1251", "ucs2", "utf16", "binary", "gbk", "utf8"];

    private static readonly string[] _collations =
        ["latin1_bin", "latin1_swedish_ci", "utf8mb4_bin", "utf8mb4_general_ci", "ascii_bin", "cp1251_bin", "ucs2_bin", "binary",
            "gbk_bin"];

    /// <summary>A definition after the name.</summary>
    private string Definition(List<string> others)
    {
        string type = words.OneIn(HasOneType ? 12 : 2) ? AnyType() : "INT";
        bool isNumber = type is "INT" or "BIGINT" or "SMALLINT" or "TINYINT";
        if (isNumber && others.Count > 0 && kind != TestServers.ServerKind.MySql56 && words.OneIn(9))
        {
            return Generated(type, others);
        }

        if (_isMariaDb && words.OneIn(60))
        {
            return $"TIMESTAMP(6) GENERATED ALWAYS AS ROW {words.Any("START", "END")}{words.Maybe(3, " INVISIBLE")}";
        }

        List<string> attributes = [];
        Add(3, words.Any("NOT NULL", "NOT NULL", "NULL"));
        Add(30, words.Any("/*!50000 NOT NULL */", "/*!50701 NOT NULL */", "/*!999999 NOT NULL, ADD never INT */", "/*M!100000 NOT NULL */",
            "/*M! NULL */", "/*M!999999 NOT NULL */", "/* NOT NULL */", "/*!40100 COMMENT 'it''s' */ "));
        Add(3, "DEFAULT " + Default(type));
        Add(8, Comment());
        Add(14, words.Any("UNIQUE", "UNIQUE KEY"));
        Add(20, words.Any("PRIMARY KEY", "KEY"));
        if (isNumber && !attributes.Exists(attribute => attribute.StartsWith("DEFAULT", StringComparison.Ordinal)))
        {
            Add(25, "AUTO_INCREMENT UNIQUE");
        }

        if (attributes.Contains("DEFAULT NULL") && !words.OneIn(20))
        {
            attributes.Remove("NOT NULL");
        }

        string check = words.Maybe(_isMariaDb ? 12 : 60, (_isMariaDb ? " " : " " + words.MaybeAny(3, "CONSTRAINT `c 1` "))
            + $"CHECK ({(others.Count == 0 ? "1" : words.Of(others))} <> "
            + $"1000){(_is97 ? words.MaybeAny(3, " NOT ENFORCED", " ENFORCED") : "")}");
        Add(20, "COLLATE " + Collation());
        if (kind != TestServers.ServerKind.MySql56)
        {
            Add(10, _is97 ? words.Any("INVISIBLE", "VISIBLE", "/*!80023 INVISIBLE */") : "INVISIBLE");
        }

        if (_isMariaDb)
        {
            Add(40, words.Any("WITH SYSTEM VERSIONING", "WITHOUT SYSTEM VERSIONING"));
            Add(SqlMode.Contains("IGNORE_BAD", StringComparison.Ordinal) ? 5 : 200,
                words.Any("foo=1", "`bar`='x, y'", "foo=DEFAULT", "foo = bar"));
        }
        else if (_is97)
        {
            Add(12, words.Any("COLUMN_FORMAT DYNAMIC", "COLUMN_FORMAT DEFAULT", "STORAGE DISK", "COLUMN_FORMAT FIXED"));
            Add(30, words.Any("ENGINE_ATTRIBUTE '{}'", "SECONDARY_ENGINE_ATTRIBUTE = '{}'", "NOT SECONDARY"));
        }

        string reference = $" REFERENCES t1 "
            + $"({words.NewColumn()})"
            + words.MaybeAny(2, " ON DELETE SET NULL", " ON UPDATE NO ACTION ON DELETE CASCADE", " MATCH FULL", " ON DELETE SET DEFAULT");
        return type + string.Concat(attributes.Select(attribute => " " + attribute)) + words.Maybe(40, reference) + check;

        void Add(int times, string attribute)
        {
            if (words.OneIn(times))
            {
                attributes.Insert(words.Next(attributes.Count + 1), attribute);
            }
        }
    }

    private string Generated(string type, IReadOnlyList<string> others)
    {
        string attributes = words.Maybe(8, words.Any(" UNIQUE", " UNIQUE KEY")) + words.Maybe(5, " " + Comment());
        return $"{type}{words.Any(" GENERATED ALWAYS", "")} AS ({words.Of(others)} {words.Any("+ 1", "* 2", "- (1 + 2)", "+ 1 /* ) */")})"
            + words.Any("", " VIRTUAL", " STORED", _isMariaDb ? " PERSISTENT" : " STORED")
            + (_is97 ? words.MaybeAny(4, WritesVirtualColumnsWithoutNulls ? " NOT NULL" : "",
                " NULL") : "") + attributes
            + (kind != TestServers.ServerKind.MySql56 ? words.Maybe(8, " INVISIBLE") : "");
    }

    private string Comment() => "COMMENT " + words.Any("'x'", "'it''s; first, after'", "'a)'", SqlMode.Contains("ANSI",
        StringComparison.Ordinal) ? "'q'" : "\"a 'q' \"\"b\"\"\"", "'ключ, ADD z INT'");

    private string AnyType() => words.Next(10) switch
    {
        < 3 => words.Any("BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT", "INT UNSIGNED", "INT(5) ZEROFILL", "INT4", "INT8", "BOOL",
            "INTEGER SIGNED", "BIGINT(20) UNSIGNED", "MIDDLEINT"),
        < 4 => words.Any("FLOAT", "DOUBLE", "REAL", "DOUBLE PRECISION", "FLOAT(7,3)", "FLOAT(30)", "DECIMAL", "DECIMAL(10.2)", "DEC(5)",
            "NUMERIC(8,3)", "FIXED(6, 1) UNSIGNED",
            "DECIMAL(38,30)", _isMariaDb ? "DECIMAL(65,38)" : "DECIMAL(65,30)", "DOUBLE(9,4)", "FLOAT4", "FLOAT8", "REAL(5,1)",
                "DECIMAL(0)", "DECIMAL(0,0)", "FLOAT(10) UNSIGNED"),
        < 5 => words.Any("DATE", "TIME", "TIME(3)", "DATETIME", "DATETIME(6)", "TIMESTAMP", "TIMESTAMP(2)", "YEAR", "YEAR(4)",
            "TIMESTAMP(0)"),
        < 8 => Text(),
        < 9 => words.Any("BINARY", "BINARY(3)", "VARBINARY(20)", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "LONG VARBINARY",
            "BLOB(10)", "BLOB(70000)", "BIT", "BIT(9)",
            "JSON", "POINT", "GEOMETRY", "GEOMETRYCOLLECTION", "MULTIPOINT", "LONG"),
        _ => Special(),
    };

    private string Special()
    {
        if (SqlMode.Contains("ORACLE", StringComparison.Ordinal))
        {
            return words.Any("NUMBER", "NUMBER(5)", "NUMBER(7,2)", "VARCHAR2(10)", "RAW(16)", "CLOB", "BLOB", "DATE", "VARCHAR(5)",
                "CHAR(3)");
        }

        return _is118 ? words.Any("UUID", "INET6", "INET4", "VECTOR(3)", "XMLTYPE")
            : _isMariaDb ? words.Any("UUID", "INET6", "INET4", "SERIAL")
            : _is97 ? words.Any("VECTOR(3)", "VECTOR", "SERIAL", "GEOMCOLLECTION", "LINESTRING SRID 0") : "SERIAL";
    }

    private string Text()
    {
        string size = words.Any("(3)", "(10)", "(100)", "(255)");
        string type = words.Next(18) switch
        {
            < 3 => "VARCHAR" + size,
            < 5 => "CHAR" + words.Any("", "(3)", "(10)"),
            < 7 => words.Any("TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "TEXT(100)", "TEXT(300)", "TEXT(70000)"),
            < 12 => words.Any("ENUM", "SET", "enum ") + $"({words.List(1, 4, Label)})",
            12 => words.Any("CHARACTER VARYING", "CHAR VARYING", "VARCHARACTER", "CHARACTER") + size,
            13 => words.Any("NATIONAL CHAR(4)", "NCHAR(5)", "NATIONAL VARCHAR(6)", "NVARCHAR(7)", "NCHAR VARYING(3)",
                "NATIONAL CHARACTER VARYING(4)", "NCHAR VARCHAR(3)",
                "NATIONAL CHAR VARYING(3)", "NATIONAL VARCHARACTER(3)", "NATIONAL CHARACTER(5)", "NCHAR"),
            14 => words.Any("LONG", "LONG VARCHAR", "LONG CHAR VARYING", "LONG CHAR", "LONG VARCHARACTER", "LONG CHARACTER VARYING"),
            15 => "CHAR(5)" + words.Any(" BYTE", " ASCII", " UNICODE", " BINARY", " ASCII BINARY", " BINARY UNICODE"),
            16 when _isMariaDb => words.Any("VARCHAR(20) COMPRESSED", "TEXT COMPRESSED", "BLOB COMPRESSED", "TEXT COMPRESSED=zlib"),
            _ => "VARCHAR" + size,
        };
        bool isSet = type.Contains("COMPRESSED", StringComparison.Ordinal) || type.StartsWith('N') || type.StartsWith("CHAR(5) ",
            StringComparison.Ordinal);
        return type + (isSet ? "" : words.Next(6) switch
        {
            0 => $" {words.Any("CHARACTER SET", "CHARSET", "CHAR SET")} {words.Of(_sets)}",
            1 => $" CHARACTER SET "
                + $"{words.Any("latin1 COLLATE latin1_bin", "utf8mb4 COLLATE utf8mb4_bin", "binary", "latin1 BINARY", "'latin1'")}",
            2 => " COLLATE " + Collation(),
            _ => "",
        });
    }

    /// <summary>MariaDB reads BINARY there only in quotes.</summary>
    private string Collation() => words.Of(_collations) is var name && name == "binary" && _isMariaDb ? "`binary`" : name;

    private string Label() => words.Next(14) switch
    {
        0 => "x'41'",
        1 => "0x4243",
        2 => "b'01000001'",
        3 => "'it''s'",
        4 => SqlMode.Contains("NO_BACKSLASH", StringComparison.Ordinal) ? @"'a\b'" : words.Any(@"'a\\b'", @"'it\'s'", @"'\%'", @"'a\nb'",
            @"'\x'", @"'a\0b'", @"'\r\t\Z'"),
        5 => "'a '",
        6 => "'  b'",
        7 => WritesLabelsOutsideTheCharacterSet ? "'ж'" : "'z'",
        8 => "')'",
        9 => SqlMode.Contains("ANSI", StringComparison.Ordinal) ? "'q\"q'" : "\"q'\"\"q\"",
        10 => "''",
        _ => $"'l{words.Next(9)}'",
    };

    private string Default(string type) => type is "INT" or "BIGINT" or "SMALLINT" or "TINYINT"
        ? words.Next(16) switch
        {
            0 => "NULL",
            1 => "-5",
            2 => "+ 5",
            3 => "1.4",
            4 => "1e1",
            5 => _isMariaDb ? "+5" : "x'05'",
            6 => _isMariaDb ? "-0" : "0x05",
            7 => "b'101'",
            8 => "TRUE",
            9 => "'5'",
            10 => "(1 + 2)",
            11 => "(ABS(-(3)))",
            12 => _isMariaDb ? words.Any("(1)", "UNIX_TIMESTAMP()", "ABS(-3)", "LENGTH('abc')", "(a)") : "(2)",
            _ => $"{words.Next(100)}",
        }
        : type.Contains("CHAR", StringComparison.Ordinal)
            ? words.Any("'x'", "N'x'", "_latin1'x'", "_utf8mb4 'x'", "'a' 'b'", "x'41'", "'it''s, '", "NULL", "5",
                "(CONCAT('a', ')', ','))", "_latin1 x'41'", "_utf8mb4 0x41", "n'y'")
            : type.StartsWith("TIMESTAMP", StringComparison.Ordinal) || type.StartsWith("DATETIME", StringComparison.Ordinal)
                ? words.Any("CURRENT_TIMESTAMP", "NOW()", "CURRENT_TIMESTAMP() ON UPDATE CURRENT_TIMESTAMP", "LOCALTIME",
                    "'2001-02-03 04:05:06'", "TIMESTAMP'2001-02-03 04:05:06'", "NULL",
                    "LOCALTIMESTAMP() ON UPDATE NOW()", "CURRENT_TIMESTAMP(2)")
                : type.StartsWith("DATE", StringComparison.Ordinal) ? words.Any("NULL", "DATE'2001-02-03'", "'2001-02-03'")
                : words.Any("NULL", "NULL", "NULL", "'1'", "1", "b'1'");
}

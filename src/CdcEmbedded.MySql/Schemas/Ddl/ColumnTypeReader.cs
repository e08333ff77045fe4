using System.Globalization;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads a column's type with its attributes and gives it in the words of information_schema (sql/sql_yacc.yy,
/// field_type).</summary>
internal static class ColumnTypeReader
{
    private const long MaxVarCharBytes = 65535;

    // Synonyms without a length; those with one are read below.
    private static readonly Dictionary<string, string> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tinyint"] = "tinyint", ["int1"] = "tinyint", ["smallint"] = "smallint", ["int2"] = "smallint", ["mediumint"] = "mediumint",
            ["int3"] = "mediumint",
        ["middleint"] = "mediumint", ["int"] = "int", ["integer"] = "int", ["int4"] = "int", ["bigint"] = "bigint", ["int8"] = "bigint",
        ["bool"] = "tinyint(1)", ["boolean"] = "tinyint(1)", ["double"] = "double", ["float8"] = "double", ["float4"] = "float",
            ["year"] = "year",
    };

    private static readonly HashSet<string> Plain = new(StringComparer.OrdinalIgnoreCase)
    {
        "date", "uuid", "inet4", "inet6", "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
        "geometrycollection", "geomcollection", "tinyblob", "mediumblob", "longblob",
    };

    /// <summary>Reads the type.</summary>
    /// <param name="tokens">Positioned at the type.</param>
    /// <param name="column">Gets the type, its character set and its nullability.</param>
    /// <param name="context">The session's settings.</param>
    /// <exception cref="SqlUnreadableException">The type is not known.</exception>
    public static void Read(SqlTokens tokens, ColumnDraft column, StatementContext context)
    {
        var word = tokens.Take();
        if (context.IsMariaDb && tokens.Peek().Is('.') && ModeOf(word.Text, context) is { } mode)
        {
            tokens.Take();
            word = tokens.Take();
            context = mode;
        }

        if (word.Kind != SqlTokenKind.Word)
        {
            throw SqlTokens.Unexpected("a type", word);
        }

        var name = word.Text.ToLowerInvariant();
        if (Numbers.TryGetValue(name, out var number))
        {
            column.TypeText = ReadNumber(tokens, number);
            return;
        }

        switch (name)
        {
            case "serial":
                column.TypeText = "bigint unsigned";
                column.IsNullable = false;
                column.IsUnique = true;
                break;
            case "number" or "varchar2" or "raw" or "clob" or "date" or "blob"
                when context.IsMariaDb && OracleType(tokens, name, context) is { } oracle:
                (column.TypeText, column.Text) = oracle;
                break;
            case "timestamp" when context.HasDateTimeTimestamps:
                column.TypeText = WithDigits("datetime", TryReadSize(tokens));
                break;
            case "real":
                column.TypeText = ReadNumber(tokens, context.IsRealFloat ? "float" : "double");
                break;
            case "float":
                column.TypeText = ReadFloat(tokens);
                break;
            case "decimal" or "dec" or "numeric" or "fixed":
                column.TypeText = ReadDecimal(tokens);
                break;
            case "bit":
                column.TypeText = Sized("bit", Math.Max(1, TryReadSize(tokens) ?? 1));
                break;
            case "time" or "datetime":
                column.TypeText = WithDigits(name, TryReadSize(tokens));
                break;
            case "timestamp":
                column.TypeText = WithDigits(name, TryReadSize(tokens));
                column.IsNullable = context.HasPlainTimestamps != false;
                break;
            case "json" when context.IsMariaDb:
                column.Text = new TextType("longtext", null) { DefaultCharacterSet = "utf8mb4" };
                break;
            case "json":
                column.TypeText = "json";
                break;
            case "vector":
                column.TypeText = Sized("vector", TryReadSize(tokens) ?? 2048);
                break;
            case "binary":
                column.TypeText = Sized("binary", TryReadSize(tokens) ?? 1);
                break;
            case "varbinary":
                column.TypeText = SizedBytes(TryReadSize(tokens) ?? throw SqlTokens.Unexpected("a length", tokens.Peek()));
                break;
            case "blob":
                var size = TryReadSize(tokens);
                column.TypeText = BlobOf(size is > 0 and var bytes ? bytes : 65535) + "blob";
                column.IsUnsized = size is null or 0;
                break;
            case "enum" or "set":
                column.Text = ReadLabels(tokens, name, context);
                break;
            case var _ when Plain.Contains(name):
                column.TypeText = name is "geometrycollection" or "geomcollection" ? CollectionName(context) : name;
                column.IsUnsized = name is "tinyblob" or "mediumblob";
                break;
            default:
                column.Text = TextTypeReader.Read(tokens, name);
                break;
        }
    }

    /// <summary>A size in parentheses; null where there is none.</summary>
    public static int? TryReadSize(SqlTokens tokens)
    {
        if (!tokens.TryTake('('))
        {
            return null;
        }

        var size = tokens.TakeNumber();
        return tokens.TryTake(')') ? size : throw SqlTokens.Unexpected(")", tokens.Peek());
    }

    public static string Sized(string name, int size) => string.Create(CultureInfo.InvariantCulture, $"{name}({size})");

    /// <summary>The first part of the name of the smallest BLOB or TEXT that holds a number of bytes.</summary>
    public static string BlobOf(long bytes) => bytes switch
    {
        <= 255 => "tiny",
        <= 65535 => "",
        <= 16777215 => "medium",
        _ => "long",
    };

    private static string SizedBytes(int size) => size <= MaxVarCharBytes ? Sized("varbinary", size) : BlobOf(size) + "blob";

    private static string WithDigits(string name, int? digits) => digits is > 0 and var n ? Sized(name, n) : name;

    private static string ReadNumber(SqlTokens tokens, string name)
    {
        if (name == "double")
        {
            tokens.TryTake("PRECISION");
        }

        tokens.TrySkipParentheses();
        return name + ReadSign(tokens);
    }

    private static string ReadFloat(SqlTokens tokens)
    {
        var isDouble = false;
        if (tokens.Peek().Is('('))
        {
            var inner = tokens.TakeParentheses();
            var bits = inner.TakeNumber();

            // FLOAT(p) counts bits; FLOAT(m, d) digits.
            isDouble = inner.IsAtEnd && bits > 24;
        }

        return (isDouble ? "double" : "float") + ReadSign(tokens);
    }

    private static string ReadDecimal(SqlTokens tokens)
    {
        var (precision, scale) = (10, 0);
        if (tokens.Peek().Is('('))
        {
            var inner = tokens.TakeParentheses();
            precision = inner.TakeNumber();
            scale = inner.TryTake(',') ? inner.TakeNumber() : 0;
        }

        precision = precision == 0 ? 10 : precision;
        return string.Create(CultureInfo.InvariantCulture, $"decimal({precision},{scale}){ReadSign(tokens)}");
    }

    private static string ReadSign(SqlTokens tokens)
    {
        var isUnsigned = false;
        while (true)
        {
            if (tokens.TryTake("UNSIGNED") || tokens.TryTake("ZEROFILL"))
            {
                isUnsigned = true;
            }
            else if (!tokens.TryTake("SIGNED"))
            {
                return isUnsigned ? " unsigned" : "";
            }
        }
    }

    private static TextType ReadLabels(SqlTokens tokens, string name, in StatementContext context)
    {
        var inner = tokens.TakeParentheses();
        var labels = new List<TextLabel>();
        do
        {
            // MySQL 5.6 ends a label at its first zero.
            var label = TextLabel.Read(inner);
            label = label.Text is { } text && context.ConnectionCharset is { } connection
                ? connection.IsBinary ? TextLabel.OfBytes(text, context.Dialect.Charset) : label with { Text = connection.Fit(text) }
                : label;
            labels.Add(context.IsBeforeMySql80 && label.Text?.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero
                ? label with { Text = label.Text[..zero] } : label);
        }
        while (inner.TryTake(','));
        var type = new TextType(name, null) { Labels = labels };
        TextTypeReader.ReadCharacterSet(tokens, type);
        return type;
    }

    /// <summary>The settings under which MariaDB reads a type with a schema before it, which it writes where another mode would give the
    /// type another meaning (sql/sql_schema.cc); null where the name is none of such a schema.</summary>
    private static StatementContext? ModeOf(string schema, in StatementContext context) => schema.ToLowerInvariant() switch
    {
        "mariadb_schema" => context with { IsOracle = false, HasDateTimeTimestamps = false },
        "oracle_schema" => context with { IsOracle = true, HasDateTimeTimestamps = false },
        "maxdb_schema" => context with { IsOracle = false, HasDateTimeTimestamps = true },
        _ => null,
    };

    /// <summary>MariaDB's types of Oracle (manual, "SQL_MODE=ORACLE"); DATE and BLOB mean them only in that mode.</summary>
    private static (string TypeText, TextType? Text)? OracleType(SqlTokens tokens, string name, in StatementContext context)
    {
        switch (name)
        {
            case "number":
                return (tokens.Peek().Is('(') ? ReadDecimal(tokens) : "double", null);
            case "varchar2":
                return ("", TextTypeReader.Read(tokens, "varchar"));
            case "raw":
                return (SizedBytes(TryReadSize(tokens) ?? throw SqlTokens.Unexpected("a length", tokens.Peek())), null);
            case "clob":
                return ("", TextTypeReader.Read(tokens, "longtext"));
            case "date" when context.IsOracle:
                return ("datetime", null);
            case "blob" when context.IsOracle && !tokens.Peek().Is('('):
                return ("longblob", null);
            default:
                return null;
        }
    }

    /// <summary>MySQL 8.0 has renamed it.</summary>
    private static string CollectionName(in StatementContext context)
        => context.IsMariaDb || context.IsBeforeMySql80 ? "geometrycollection" : "geomcollection";
}

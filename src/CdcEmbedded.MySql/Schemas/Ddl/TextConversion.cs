using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>ALTER TABLE … CONVERT TO CHARACTER SET: what becomes of the columns that the statement does not define.</summary>
internal static class TextConversion
{
    private const int MySql80 = 80000;

    private static readonly UTF8Encoding _utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Converts a table's columns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="characterSet">The new character set.</param>
    /// <param name="context">The server.</param>
    /// <exception cref="SqlUnreadableException">What becomes of a column is not certain.</exception>
    public static void Apply(TableDraft table, string characterSet, in StatementContext context)
    {
        var to = Charset.ByName(characterSet) ?? throw new SqlUnreadableException($"the character set {characterSet} is not known");
        foreach (var column in table.Columns)
        {
            if (!column.IsDefinedHere)
            {
                Convert(column, to, context);
            }
        }
    }

    /// <summary>True if the server leaves a table as it is, its default character set too, where a conversion changes no column (seen on
    /// MySQL 5.6; sql/sql_table.cc, mysql_alter_table: "No-op ALTER").</summary>
    public static bool IsSkippedWithoutTexts(in StatementContext context) => !context.IsMariaDb && context.ServerVersion < MySql80;

    /// <summary>True if a table has columns that differ from those before.</summary>
    /// <param name="before">The columns before the statement, of which those that were converted have their new character set.</param>
    /// <param name="table">The table after it.</param>
    public static bool Changes(IReadOnlyList<ColumnDraft> before, TableDraft table)
    {
        var isChanged = table.Columns.Count != before.Count;
        for (var i = 0; i < before.Count && !isChanged; i++)
        {
            var (old, column) = (before[i], table.Columns[i]);
            isChanged = column.IsConverted || column.Name != old.OldName || column.TypeText != old.TypeText
                || column.IsNullable != old.IsNullable || column.CharacterSet != old.CharacterSet;
        }

        return isChanged;
    }

    /// <summary>True if a table has columns with a character set.</summary>
    public static bool HasTexts(TableDraft table) => table.Columns.Exists(static column => column.CharacterSet is not null
        || ColumnTypeText.HasCharacterSet(column.TypeText));

    private static void Convert(ColumnDraft column, Charset to, in StatementContext context)
    {
        var isGrowing = column.TypeText is "tinytext" or "text" or "mediumtext";
        if (column.CharacterSet is null && isGrowing && to.MaxLength > 1)
        {
            throw new SqlUnreadableException($"how large the {column.TypeText} '{column.Name}' becomes depends on its character set, which "
                + "is not known");
        }

        if ((column.CharacterSet is null && !ColumnTypeText.HasCharacterSet(column.TypeText))
            || Charset.ByName(column.CharacterSet ?? "latin1") is not { IsBinary: false } from)
        {
            return;
        }

        column.IsConverted = column.CharacterSet != to.Name;
        column.CharacterSet = to.Name;
        if (ColumnTypeText.IsList(column.TypeText))
        {
            column.TypeText = WithLabelsOf(column, from, to, context);
            return;
        }

        if (to.IsBinary)
        {
            TextTypeReader.MakeBytes(column);
            return;
        }

        // MySQL manual, "ALTER TABLE": a TEXT becomes the next larger type where its characters may need more bytes.
        if (to.MaxLength > from.MaxLength && isGrowing)
        {
            long bytes = column.TypeText switch { "tinytext" => 255, "text" => 65535, _ => 16777215 };
            column.TypeText = ColumnTypeReader.BlobOf(bytes / from.MaxLength * to.MaxLength) + "text";
        }
    }

    /// <summary>Gives a BLOB or TEXT that a MODIFY or CHANGE defines without a size the size of the column that it replaces: MySQL 8.0 and
    /// later do so where the statement converts the table too (seen on 9.7; sql/sql_table.cc, prepare_blob_field). Where a version does
    /// not, the log's own size of the column does not fit, and the table is looked up.</summary>
    public static void Resize(ColumnDraft column, ColumnDraft old, string characterSet, in StatementContext context)
    {
        if (!column.IsUnsized || context.IsMariaDb || context.ServerVersion < MySql80
            || LengthOf(old) is not { } length)
        {
            return;
        }

        var isBlob = column.TypeText.EndsWith("blob", StringComparison.Ordinal);
        var width = isBlob ? 1 : Charset.ByName(characterSet)?.MaxLength ?? 1;
        column.TypeText = ColumnTypeReader.BlobOf(length * width) + (isBlob ? "blob" : "text");
    }

    /// <summary>The number of characters of a column, as MySQL counts them.</summary>
    private static long? LengthOf(ColumnDraft column)
    {
        var type = ColumnTypeParser.Parse(column.TypeText);
        var isUnsigned = column.TypeText.EndsWith(" unsigned", StringComparison.Ordinal);
        return type.Name switch
        {
            "char" or "varchar" or "binary" or "varbinary" or "bit" => type.First,
            "tinytext" or "tinyblob" => 255 / WidthOf(column),
            "text" or "blob" => 65535 / WidthOf(column),
            "mediumtext" or "mediumblob" => 16777215 / WidthOf(column),
            "enum" => type.Labels?.Max(static label => label.Length),
            "set" => type.Labels?.Sum(static label => label.Length + 1) - 1,
            "decimal" => type.First + (type.Second > 0 ? 1 : 0) + (isUnsigned ? 0 : 1),
            "vector" => 4 * type.First,
            "longtext" or "longblob" or "json" or "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring"
                or "multipolygon" or "geomcollection" or "geometrycollection" => uint.MaxValue,

            // Numbers and times are shorter than what the smallest of the types holds in any character set.
            _ => 1,
        };
    }

    private static int WidthOf(ColumnDraft column) => column.CharacterSet is { } name ? Charset.ByName(name)?.MaxLength ?? 1 : 1;

    /// <summary>The labels of ENUM and SET keep their bytes, which the servers read in the new character set: the label 'A' of utf16
    /// becomes '\0A' in latin1, 'ab' of latin1 becomes '慢' in utf16. 'ü' of latin1 is no text in utf8mb4: each server shows something
    /// else for it.</summary>
    private static string WithLabelsOf(ColumnDraft column, Charset from, Charset to, in StatementContext context)
    {
        if (from == to || ColumnTypeParser.Parse(column.TypeText) is not { Name: var name, Labels: { } labels })
        {
            return column.TypeText;
        }

        if (column.MayHideBytes)
        {
            throw new SqlUnreadableException($"the labels of '{column.Name}' may have bytes that are no character in {from.Name}: what "
                + $"they are in {to.Name} is not known");
        }

        var read = new string[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (!TryReadAgain(labels[i], from, to, context, out read[i], out var hidesBytes))
            {
                throw new SqlUnreadableException($"what becomes of the label '{labels[i]}' of '{column.Name}' in {to.Name} is not known");
            }

            column.MayHideBytes |= hidesBytes;
        }

        return $"{name}({string.Join(',', read.Select(static label => $"'{ColumnTypeText.Quoted(label)}'"))})";
    }

    private static bool TryReadAgain(string label, Charset from, Charset to, in StatementContext context, out string read,
        out bool hidesBytes)
    {
        read = label;
        hidesBytes = false;
        if (!TryGetBytes(label, from, out var bytes))
        {
            return false;
        }

        var width = to.Encoding switch { UnicodeEncoding => 2, UTF32Encoding => 4, _ => 1 };
        var rest = bytes.Length % width;
        try
        {
            // Of an incomplete character MySQL keeps nothing, MariaDB a question mark. MySQL 5.6 loses labels with a zero.
            var strict = to.IsBinary || to.Encoding is null ? _utf8 : to.Encoding;
            var whole = strict.GetString(bytes.AsSpan(0, bytes.Length - rest));
            read = whole.TrimEnd(' ');
            hidesBytes = rest > 0 || read.Length < whole.Length;
            read += context.IsMariaDb && rest > 0 ? "?" : "";
            return to.Fit(read) == read
                && (context.IsMariaDb || context.ServerVersion >= MySql80 || !read.Contains('\0', StringComparison.Ordinal));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a label. Of the character sets that are decoded by tables, those with one byte per character are read
    /// backwards.</summary>
    private static bool TryGetBytes(string label, Charset from, out byte[] bytes)
    {
        var encoder = from.Encoding ?? Encoding.UTF8;
        if (encoder is UnicodeEncoding or UTF32Encoding or UTF8Encoding)
        {
            bytes = encoder.GetBytes(label);
            return true;
        }

        bytes = new byte[label.Length];
        return from.MaxLength == 1 ? TryReadBackwards(label, encoder, bytes)
            : Ascii.IsValid(label) && Encoding.ASCII.TryGetBytes(label, bytes, out _);
    }

    private static bool TryReadBackwards(string label, Encoding decoder, byte[] bytes)
    {
        for (var i = 0; i < label.Length; i++)
        {
            var found = false;
            for (var code = 0; code <= byte.MaxValue && !found; code++)
            {
                bytes[i] = (byte)code;
                found = IsCharacter(decoder, bytes.AsSpan(i, 1), label[i]);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsCharacter(Encoding decoder, ReadOnlySpan<byte> code, char character)
    {
        try
        {
            Span<char> read = stackalloc char[2];
            return decoder.GetChars(code, read) == 1 && read[0] == character;
        }
        catch (DecoderFallbackException)
        {
            // Not every byte is a character.
            return false;
        }
    }
}

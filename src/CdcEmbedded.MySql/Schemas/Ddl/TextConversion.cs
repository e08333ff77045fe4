using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>ALTER TABLE … CONVERT TO CHARACTER SET: what becomes of the columns that the statement does not define.</summary>
internal static class TextConversion
{
    private static readonly UTF8Encoding _utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Converts a table's columns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="characterSet">The new character set.</param>
    /// <param name="isMariaDb">True if MariaDB converts them.</param>
    /// <exception cref="SqlUnreadableException">What becomes of a column is not certain.</exception>
    public static void Apply(TableDraft table, string characterSet, bool isMariaDb)
    {
        var to = Charset.ByName(characterSet) ?? throw new SqlUnreadableException($"the character set {characterSet} is not known");
        foreach (var column in table.Columns)
        {
            if (!column.IsDefinedHere)
            {
                Convert(column, to, isMariaDb);
            }
        }
    }

    private static void Convert(ColumnDraft column, Charset to, bool isMariaDb)
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

        column.CharacterSet = to.Name;
        if (ColumnTypeText.IsList(column.TypeText))
        {
            column.TypeText = WithLabelsOf(column.TypeText, from, to, isMariaDb);
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

    /// <summary>The labels of ENUM and SET keep their bytes, which the servers read in the new character set: the label 'A' of utf16
    /// becomes '\0A' in latin1, 'ab' of latin1 becomes '慢' in utf16. Bytes that are no text in it stay the text that they were.</summary>
    private static string WithLabelsOf(string type, Charset from, Charset to, bool isMariaDb)
    {
        if (to.IsBinary || from == to || ColumnTypeParser.Parse(type) is not { Name: var name, Labels: { } labels })
        {
            return type;
        }

        var read = new string[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (!TryReadAgain(labels[i], from, to, isMariaDb, out read[i]))
            {
                return type;
            }
        }

        return $"{name}({string.Join(',', read.Select(static label => $"'{ColumnTypeText.Quoted(label)}'"))})";
    }

    private static bool TryReadAgain(string label, Charset from, Charset to, bool isMariaDb, out string read)
    {
        read = label;
        var encoder = from.Encoding ?? Encoding.UTF8;
        var isUnicode = encoder is UnicodeEncoding or UTF32Encoding or UTF8Encoding;
        if (!isUnicode && !Ascii.IsValid(label))
        {
            return false;
        }

        var bytes = (isUnicode ? encoder : Encoding.ASCII).GetBytes(label).AsSpan();
        var width = to.Encoding switch { UnicodeEncoding => 2, UTF32Encoding => 4, _ => 1 };
        var rest = bytes.Length % width;
        try
        {
            // Of an incomplete character MySQL keeps nothing, MariaDB a question mark.
            read = (to.Encoding ?? _utf8).GetString(bytes[..^rest]).TrimEnd(' ') + (isMariaDb && rest > 0 ? "?" : "");
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The labels of ENUM and SET columns that ALTER TABLE … CONVERT TO CHARACTER SET converts.</summary>
internal static class LabelConversion
{
    private static readonly UTF8Encoding _utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Returns the type of a column with its labels in the new character set: they keep their bytes, which the server reads in
    /// it. The label 'A' of utf16 becomes '\0A' in latin1, 'ab' of latin1 becomes '慢' in utf16. 'ü' of latin1 is no text in utf8mb4: each
    /// server shows something else for it.</summary>
    /// <exception cref="SqlUnreadableException">What becomes of a label is not certain.</exception>
    public static string Convert(ColumnDraft column, Charset from, Charset to, in StatementContext context)
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

        return TypeOf(name, read);
    }

    /// <summary>Gives columns the labels of others as a server does that keeps one list for all columns whose labels are the same up to a
    /// zero (sql/unireg.cc, get_interval_id; seen on 10.11, not on 11.8). Wide character sets are kept in another form.</summary>
    public static void ShareLists(TableDraft table)
    {
        var lists = new List<string[]>();
        foreach (var column in table.Columns)
        {
            if (ColumnTypeParser.Parse(column.TypeText) is not { Name: var name, Labels: { } labels }
                || column.CharacterSet is "ucs2" or "utf16" or "utf16le" or "utf32")
            {
                continue;
            }

            if (lists.Find(list => list.Select(UpToZero).SequenceEqual(labels.Select(UpToZero))) is not { } shared)
            {
                lists.Add(labels);
            }
            else if (Array.Exists(labels, static label => label.Contains('\0', StringComparison.Ordinal)))
            {
                column.TypeText = TypeOf(name, shared);
            }
        }

        static string UpToZero(string label) => label.Split('\0')[0];
    }

    private static string TypeOf(string name, string[] labels)
        => $"{name}({string.Join(',', labels.Select(static label => $"'{ColumnTypeText.Quoted(label)}'"))})";

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
            return to.Fit(read) == read && !(context.IsBeforeMySql80 && read.Contains('\0', StringComparison.Ordinal));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a label. Of the character sets that are decoded by tables, those with one byte per character are read
    /// backwards.</summary>
    public static bool TryGetBytes(string label, Charset from, out byte[] bytes)
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

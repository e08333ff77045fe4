using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads CHAR, VARCHAR and TEXT in all their spellings, whose stored form depends on the character set.</summary>
internal static class TextTypeReader
{
    /// <summary>Reads a type after its first word.</summary>
    /// <exception cref="SqlUnreadableException">It is not known.</exception>
    public static TextType Read(SqlTokens tokens, string name)
    {
        var isNational = false;
        switch (name)
        {
            case "national":
                isNational = true;
                name = tokens.Take().Text.ToLowerInvariant() is "varchar" or "varcharacter" || tokens.TryTake("VARYING") ? "varchar"
                    : "char";
                break;
            case "nchar":
                isNational = true;
                name = tokens.TryTake("VARYING") || tokens.TryTake("VARCHAR") || tokens.TryTake("VARCHARACTER") ? "varchar" : "char";
                break;
            case "nvarchar":
                isNational = true;
                name = "varchar";
                break;
            case "varcharacter":
                name = "varchar";
                break;
            case "char" or "character":
                name = tokens.TryTake("VARYING") ? "varchar" : "char";
                break;
            case "long":
                name = ReadLong(tokens);
                break;
        }

        if (name is not ("char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "mediumblob"))
        {
            throw new SqlUnreadableException($"the type {name} is not known");
        }

        var type = new TextType(name, ColumnTypeReader.TryReadSize(tokens)) { IsNational = isNational };
        var isBytes = name == "mediumblob";
        ReadCharacterSet(tokens, type);
        if (name == "mediumblob" && type.CollationCharacterSet is not (null or "binary") and var text)
        {
            return new TextType("mediumtext", type.Size) { CharacterSet = text };
        }

        type.CharacterSet = isBytes ? "binary" : type.CharacterSet;
        return type;
    }

    /// <summary>Gives a column of text its type and character set, once its definition is read.</summary>
    /// <exception cref="SqlUnreadableException">They are not certain.</exception>
    public static void Complete(ColumnDraft column, CharacterSets sets)
    {
        if (column.Text is not { } type)
        {
            return;
        }

        var characterSet = type.CharacterSet ?? type.CollationCharacterSet ?? type.DefaultCharacterSet
            ?? (type.IsNational ? "utf8mb3" : sets.Default);
        characterSet = characterSet == "binary" ? characterSet : sets.Forced ?? characterSet;
        column.CharacterSet = characterSet;
        if (type.Labels.Count > 0)
        {
            column.TypeText = ListOf(type, characterSet);
            return;
        }

        column.IsUnsized = type is { Size: null or 0, Name: "tinytext" or "text" or "mediumtext" or "mediumblob" };
        column.TypeText = TypeOf(type.Name, type.Size is 0 && type.Name == "text" ? null : type.Size, characterSet);
        if (characterSet == "binary")
        {
            column.CharacterSet = null;
        }
    }

    /// <summary>Gives a column the character set of a collation. Numbers and times have none; MariaDB makes a text of bytes that have
    /// one.</summary>
    public static void Collate(ColumnDraft column, string? characterSet)
    {
        if (column.Text is { Name: not "mediumblob" } text)
        {
            text.CollationCharacterSet ??= characterSet;
        }
        else if (characterSet is not (null or "binary") && NameOfText(column.Text?.Name ?? column.TypeText) is { } name)
        {
            column.TypeText = name;
            column.CharacterSet = characterSet;
            column.Text = null;
        }
    }

    private static string? NameOfText(string type) => type.EndsWith("blob", StringComparison.Ordinal) ? type[..^4] + "text"
        : type.StartsWith("binary(", StringComparison.Ordinal) || type.StartsWith("varbinary(", StringComparison.Ordinal)
            ? type.Replace("binary", "char", StringComparison.Ordinal) : null;

    /// <summary>Gives a text column the type of bytes that CHARACTER SET binary makes of it; lists keep theirs.</summary>
    public static void MakeBytes(ColumnDraft column)
    {
        var type = column.TypeText;
        if (type.StartsWith("char", StringComparison.Ordinal) || type.StartsWith("varchar", StringComparison.Ordinal))
        {
            column.TypeText = type.Replace("char", "binary", StringComparison.Ordinal);
            column.CharacterSet = null;
        }
        else if (type.EndsWith("text", StringComparison.Ordinal))
        {
            column.TypeText = type[..^4] + "blob";
            column.CharacterSet = null;
        }
    }

    /// <summary>The type with CHARACTER SET binary is that of bytes.</summary>
    private static string TypeOf(string name, int? size, string? characterSet)
    {
        var isBinary = characterSet == "binary";
        if (characterSet is null && size is not null && TypeOf(name, size, "latin1") != TypeOf(name, size, "utf8mb4"))
        {
            throw new SqlUnreadableException($"how large a {name}({size}) is depends on its character set, which is the default of its "
                + "database and not known");
        }

        var maxLength = characterSet is { } cs ? Charset.ByName(cs)?.MaxLength ?? 1 : 1;
        switch (name)
        {
            case "char":
                return ColumnTypeReader.Sized(isBinary ? "binary" : "char", size ?? 1);
            case "varchar":
                var bytes = (long)(size ?? throw new SqlUnreadableException("a VARCHAR has no length")) * maxLength;
                return bytes > 65535 ? ColumnTypeReader.BlobOf(bytes) + (isBinary ? "blob" : "text")
                    : ColumnTypeReader.Sized(isBinary ? "varbinary" : "varchar", size.Value);
            case "text" when size is { } characters:
                return ColumnTypeReader.BlobOf((long)characters * maxLength) + (isBinary ? "blob" : "text");
            default:
                return isBinary ? name.Replace("text", "blob", StringComparison.Ordinal) : name;
        }
    }

    private static string ReadLong(SqlTokens tokens)
    {
        if (tokens.TryTake("VARBINARY"))
        {
            return "mediumblob";
        }

        // LONG CHAR SET x names a character set.
        if (!tokens.TryTake("CHAR", "VARYING") && !tokens.TryTake("CHARACTER", "VARYING") && !tokens.TryTake("VARCHAR"))
        {
            tokens.TryTake("VARCHARACTER");
        }

        return "mediumtext";
    }

    /// <summary>The type of ENUM and SET. Trailing blanks do not count, unless the labels are bytes.</summary>
    private static string ListOf(TextType type, string? characterSet)
    {
        var charset = characterSet is null ? null : Charset.ByName(characterSet);
        var text = new StringBuilder(type.Name).Append('(');
        foreach (var (label, bytes) in type.Labels)
        {
            var written = label is null ? Decoded(bytes, charset ?? Charset.Utf8Mb4) : charset?.Fit(label) ?? label;
            text.Append(text[^1] == '(' ? "'" : ",'").Append(ColumnTypeText.Quoted(characterSet == "binary" ? written
                : written.TrimEnd(' '))).Append('\'');
        }

        return text.Append(')').ToString();
    }

    /// <summary>Bytes as text of a column. Where its characters have two or four, servers fill the first up with zeros.</summary>
    private static string Decoded(byte[] bytes, Charset charset)
    {
        var width = charset.Encoding switch { UnicodeEncoding => 2, UTF32Encoding => 4, _ => 1 };
        return charset.DecodeLoosely(bytes.Length % width == 0 ? bytes : [.. new byte[width - (bytes.Length % width)], .. bytes]);
    }

    /// <summary>The attributes that say a text's character set, in any order.</summary>
    /// <param name="tokens">The words after the type.</param>
    /// <param name="type">Gets the character set.</param>
    public static void ReadCharacterSet(SqlTokens tokens, TextType type)
    {
        while (true)
        {
            if (TryReadCharacterSet(tokens, out var characterSet))
            {
                type.CharacterSet = characterSet;
            }
            else if (tokens.TryTake("COLLATE"))
            {
                tokens.TryTake('=');
                type.CollationCharacterSet = CharacterSetOf(tokens.TakeName());
            }
            else if (tokens.TryTake("ASCII"))
            {
                type.CharacterSet = "latin1";
            }
            else if (tokens.TryTake("UNICODE"))
            {
                type.CharacterSet = "ucs2";
            }
            else if (tokens.TryTake("BYTE"))
            {
                type.CharacterSet = "binary";
            }
            else if (tokens.TryTake("COMPRESSED"))
            {
                if (tokens.TryTake('='))
                {
                    tokens.Take();
                }
            }
            else if (!tokens.TryTake("BINARY"))
            {
                // BINARY names the character set's binary collation.
                return;
            }
        }
    }

    /// <summary>CHARACTER SET x in its spellings.</summary>
    public static bool TryReadCharacterSet(SqlTokens tokens, out string? characterSet)
    {
        characterSet = null;
        if (!tokens.TryTake("CHARACTER", "SET") && !tokens.TryTake("CHARSET") && !tokens.TryTake("CHAR", "SET"))
        {
            return false;
        }

        tokens.TryTake('=');
        characterSet = NameOf(tokens.TakeName());
        return true;
    }

    /// <summary>The character set's name as information_schema writes it; null for DEFAULT.</summary>
    public static string? NameOf(string name) => name.Equals("default", StringComparison.OrdinalIgnoreCase) ? null
        : Charset.ByName(name)?.Name ?? throw new SqlUnreadableException($"the character set {name} is not known");

    /// <summary>The character set of a collation, whose name begins with it; null where it has none, as in MariaDB's
    /// <c>uca1400_ai_ci</c>.</summary>
    public static string? CharacterSetOf(string collation)
    {
        var end = collation.IndexOf('_', StringComparison.Ordinal);
        return Charset.ByName(end > 0 ? collation[..end] : collation)?.Name;
    }
}

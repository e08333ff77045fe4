using CdcEmbedded.MySql.Binlog.Charsets;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads CHAR, VARCHAR and TEXT in all their spellings, whose stored form depends on the character set.</summary>
internal static class TextTypeReader
{
    public static void Read(SqlTokens tokens, ColumnDraft column, string name, string? tableCharacterSet)
    {
        var isNational = false;
        switch (name)
        {
            case "national":
                isNational = true;
                name = tokens.Take().Text.ToLowerInvariant() is "varchar" or "varcharacter" || tokens.TryTake("VARYING")
                    ? "varchar" : "char";
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

        // COMPRESSED may be before or after the character set.
        if (name is not ("char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "mediumblob"))
        {
            throw new SqlUnreadableException($"the type {name} is not known");
        }

        var size = ColumnTypeReader.TryReadSize(tokens);
        var isBytes = tokens.TryTake("BYTE");
        var characterSet = ReadCharacterSet(tokens, isNational ? "utf8mb3" : tableCharacterSet);
        column.CharacterSet = isBytes || name == "mediumblob" ? "binary" : characterSet;
        column.TypeText = TypeOf(name, size, column.CharacterSet);
        if (column.CharacterSet == "binary")
        {
            column.CharacterSet = null;
        }
    }

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

        if (tokens.TryTake("CHAR") || tokens.TryTake("CHARACTER"))
        {
            tokens.TryTake("VARYING");
        }
        else if (!tokens.TryTake("VARCHAR"))
        {
            tokens.TryTake("VARCHARACTER");
        }

        return "mediumtext";
    }

    /// <summary>The attributes that say a text's character set, in any order.</summary>
    /// <param name="tokens">The words after the type.</param>
    /// <param name="otherwise">What it is where nothing is said.</param>
    public static string? ReadCharacterSet(SqlTokens tokens, string? otherwise)
    {
        var said = (string?)null;
        while (true)
        {
            if (TryReadCharacterSet(tokens, out var characterSet))
            {
                said = characterSet;
            }
            else if (tokens.TryTake("COLLATE"))
            {
                tokens.TryTake('=');
                var collation = tokens.TakeName();
                said ??= CharacterSetOf(collation);
            }
            else if (tokens.TryTake("ASCII"))
            {
                said = "latin1";
            }
            else if (tokens.TryTake("UNICODE"))
            {
                said = "ucs2";
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
                return said ?? otherwise;
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

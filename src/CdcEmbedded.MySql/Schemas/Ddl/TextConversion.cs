using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>ALTER TABLE … CONVERT TO CHARACTER SET: what becomes of the columns that the statement does not define.</summary>
internal static class TextConversion
{
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

        if (context is { IsMariaDb: true, ServerVersion: < 110800 })
        {
            LabelConversion.ShareLists(table);
        }
    }

    /// <summary>True if the server leaves a table as it is, its default character set too, where a conversion changes no column (seen on
    /// MySQL 5.6; sql/sql_table.cc, mysql_alter_table: "No-op ALTER").</summary>
    public static bool IsSkippedWithoutTexts(in StatementContext context) => context.IsBeforeMySql80;

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
            column.TypeText = LabelConversion.Convert(column, from, to, context);
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
}

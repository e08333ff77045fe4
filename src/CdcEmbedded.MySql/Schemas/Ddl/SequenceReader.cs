namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads CREATE SEQUENCE and ALTER SEQUENCE after the name: MariaDB's sequences are tables of one row (manual, "CREATE
/// SEQUENCE").</summary>
internal static class SequenceReader
{
    private const string FirstColumn = "next_not_cached_value";

    /// <summary>True if a table is a sequence, by its first column's name.</summary>
    public static bool IsSequence(TableDefinition table) => table.Columns is [{ Name: FirstColumn }, ..];

    /// <summary>Reads the options.</summary>
    /// <param name="tokens">The words after the name.</param>
    /// <param name="type">The type of its numbers where AS says none; null where it is not known.</param>
    /// <param name="context">The session's settings.</param>
    /// <exception cref="SqlUnreadableException">The type is not known.</exception>
    public static TableDraft Read(SqlTokens tokens, string? type, in StatementContext context)
    {
        var number = new ColumnDraft { Name = "", TypeText = type ?? "" };
        while (!tokens.IsAtEnd)
        {
            // MariaDB 11.5 and later; the other options show in no column.
            if (tokens.TryTake("AS"))
            {
                ColumnTypeReader.Read(tokens, number, context);
            }
            else
            {
                tokens.Take();
            }
        }

        if (number.TypeText.Length == 0)
        {
            throw new SqlUnreadableException("the sequence is not known");
        }

        var draft = new TableDraft();
        foreach (var (name, columnType) in ((string, string)[])
            [
                (FirstColumn, number.TypeText), ("minimum_value", number.TypeText), ("maximum_value", number.TypeText),
                ("start_value", number.TypeText), ("increment", "bigint"), ("cache_size", "bigint unsigned"),
                    ("cycle_option", "tinyint unsigned"),
                ("cycle_count", "bigint"),
            ])
        {
            draft.Columns.Add(new ColumnDraft { Name = name, TypeText = columnType, IsNullable = false });
        }

        return draft;
    }
}

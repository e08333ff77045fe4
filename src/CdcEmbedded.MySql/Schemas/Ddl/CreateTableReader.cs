namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads CREATE TABLE after the table's name.</summary>
internal static class CreateTableReader
{
    /// <summary>Reads the columns and options.</summary>
    /// <exception cref="SqlUnreadableException">They are not certain.</exception>
    public static TableDraft Read(SqlTokens tokens, string? databaseCharacterSet, in StatementContext context)
    {
        var table = new TableDraft { CharacterSet = context.OmitsTableOptions ? null : databaseCharacterSet };
        var elements = tokens.Peek().Is('(') ? tokens.TakeParentheses() : null;
        ReadOptions(tokens, table, databaseCharacterSet, context, out var isVersioned);
        if (elements is null)
        {
            throw new SqlUnreadableException("it lists no columns");
        }

        var keys = new TableKeys();
        do
        {
            if (!TableElementReader.TryReadKey(elements, keys))
            {
                var column = ColumnReader.Read(elements, elements.TakeName(), CharacterSets.Of(table), context);
                table.Columns.Add(column);
                isVersioned |= column.IsVersioned;
                keys.AddOf(column, context.IsMariaDb);
            }
        }
        while (elements.TryTake(','));
        if (!elements.IsAtEnd)
        {
            throw SqlTokens.Unexpected(",", elements.Peek());
        }

        keys.AddTo(table, context.IsMariaDb);
        if (isVersioned && !keys.HasSystemTime)
        {
            VersioningColumns.AddTo(table);
        }

        return table;
    }

    private static void ReadOptions(SqlTokens tokens, TableDraft table, string? databaseCharacterSet, in StatementContext context,
        out bool isVersioned)
    {
        isVersioned = false;
        while (!tokens.IsAtEnd)
        {
            tokens.TryTake(',');
            if (tokens.TryTake("START", "TRANSACTION"))
            {
                // MySQL writes it before the options that a CREATE TABLE … SELECT names.
            }
            else if (tokens.TryTake("PARTITION", "BY"))
            {
                tokens.SkipToEnd();
            }
            else if (tokens.Peek().Is("SELECT") || tokens.Peek().Is("AS") || tokens.Peek().Is("IGNORE") || tokens.Peek().Is("REPLACE")
                || tokens.Peek().Is("WITH")
                && !tokens.Peek(1).Is("SYSTEM"))
            {
                throw new SqlUnreadableException("its columns come from a SELECT");
            }
            else if (tokens.TryTake("WITH", "SYSTEM", "VERSIONING"))
            {
                isVersioned = true;
            }
            else if (!TableOptionReader.TryRead(tokens, table, databaseCharacterSet, context))
            {
                tokens.Take();
            }
        }
    }
}

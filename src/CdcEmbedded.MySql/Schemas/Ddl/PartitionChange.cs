namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>What an ALTER TABLE does with partitions, as far as rows or other tables are concerned.</summary>
internal sealed class PartitionChange
{
    /// <summary>True if rows are removed or added that the log does not have.</summary>
    public bool MovesRows { get; set; }

    /// <summary>The table whose rows are exchanged with a partition's; null for none.</summary>
    public (string Database, string Table)? Exchanged { get; private set; }

    /// <summary>The table that is made of a partition (MariaDB); null for none.</summary>
    public (string Database, string Table)? Created { get; private set; }

    /// <summary>The table that becomes a partition (MariaDB); null for none.</summary>
    public (string Database, string Table)? Dropped { get; private set; }

    /// <summary>Reads TRUNCATE, IMPORT, DISCARD and EXCHANGE, of partitions or tablespaces, and what keeps all rows.</summary>
    /// <returns>False where something else follows.</returns>
    public bool TryRead(SqlTokens tokens, string defaultDatabase)
    {
        if (tokens.Peek().Is("TRUNCATE") || tokens.Peek().Is("IMPORT") || tokens.Peek().Is("DISCARD"))
        {
            MovesRows = true;
            tokens.SkipToEnd();
            return true;
        }

        if (tokens.TryTake("EXCHANGE"))
        {
            MovesRows = true;
            while (!tokens.IsAtEnd && !tokens.TryTake("WITH", "TABLE"))
            {
                tokens.Take();
            }

            Exchanged = tokens.TakeTable(defaultDatabase);
            tokens.SkipToEnd();
            return true;
        }

        if (tokens.Peek().Is("REORGANIZE") || tokens.Peek().Is("COALESCE") || tokens.Peek(1).Is("PARTITION"))
        {
            // These are alone in their statement.
            tokens.SkipToEnd();
            return true;
        }

        return false;
    }

    /// <summary>Reads MariaDB's CONVERT PARTITION p TO TABLE t, and CONVERT TABLE t TO PARTITION p, after CONVERT.</summary>
    public void ReadConversion(SqlTokens tokens, string defaultDatabase)
    {
        MovesRows = true;
        if (tokens.TryTake("TABLE"))
        {
            Dropped = tokens.TakeTable(defaultDatabase);
        }
        else
        {
            while (!tokens.IsAtEnd && !tokens.TryTake("TO", "TABLE"))
            {
                tokens.Take();
            }

            Created = tokens.TakeTable(defaultDatabase);
        }

        tokens.SkipToEnd();
    }
}

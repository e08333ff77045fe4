namespace CdcEmbedded.MySql.Replication;

/// <summary>A small result of a query, in the text protocol.</summary>
internal sealed class QueryResult
{
    /// <summary>The result of a statement without rows.</summary>
    public static readonly QueryResult Empty = new([], []);

    /// <summary>Creates the result.</summary>
    public QueryResult(IReadOnlyList<string> columns, IReadOnlyList<QueryRow> rows)
    {
        Columns = columns;
        Rows = rows;
    }

    /// <summary>The columns' names, as the server labels them.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<QueryRow> Rows { get; }

    /// <summary>The index of a column by name, regardless of case; -1 where there is none, as labels differ between versions.</summary>
    public int IndexOf(string column)
    {
        for (var index = 0; index < Columns.Count; index++)
        {
            if (string.Equals(Columns[index], column, StringComparison.OrdinalIgnoreCase))
            {
                return index;
            }
        }

        return -1;
    }
}

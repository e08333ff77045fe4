using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A logged statement and what it means for the stream.</summary>
internal readonly ref struct Statement
{
    /// <summary>Creates the statement.</summary>
    public Statement(QueryEvent query, string text, SqlDialect dialect, StatementKind kind)
    {
        Query = query;
        Text = text;
        Dialect = dialect;
        Kind = kind;
    }

    /// <summary>Its event.</summary>
    public QueryEvent Query { get; }

    /// <summary>Its text.</summary>
    public string Text { get; }

    /// <summary>How its words are read.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>What it means for the stream.</summary>
    public StatementKind Kind { get; }
}

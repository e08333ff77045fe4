using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A logged statement and what it means for the stream.</summary>
internal readonly ref struct Statement
{
    /// <summary>Creates the statement.</summary>
    public Statement(QueryEvent query, string words, SqlDialect dialect, StatementKind kind)
    {
        Query = query;
        Words = words;
        Dialect = dialect;
        Kind = kind;
    }

    /// <summary>Its event.</summary>
    public QueryEvent Query { get; }

    /// <summary>Its text as <see cref="QueryEvent.GetWords"/> returns it.</summary>
    public string Words { get; }

    /// <summary>Its text.</summary>
    public string Text => Query.GetText(Dialect.Charset);

    /// <summary>How its words are read.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>What it means for the stream.</summary>
    public StatementKind Kind { get; }
}

using System.Globalization;

namespace CdcEmbedded.MySql.Server;

/// <summary>The answer to one query, as text. Reading it as something that it is not is a typed, transient failure that
/// names the query.</summary>
/// <remarks>Transient, as a proxy that switches servers or a server that is just starting may answer so once.</remarks>
internal sealed class SqlAnswer
{
    private readonly string _host;

    /// <summary>Creates the answer.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="host">Who answered, for messages.</param>
    /// <param name="columns">The columns' names as the server labels them.</param>
    /// <param name="rows">The rows; null for NULL.</param>
    public SqlAnswer(string sql, string host, IReadOnlyList<string> columns, IReadOnlyList<string?[]> rows)
    {
        Sql = sql;
        _host = host;
        Columns = columns;
        Rows = rows;
    }

    /// <summary>The query.</summary>
    public string Sql { get; }

    /// <summary>The columns' names as the server labels them.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows. Each has as many values as there are columns.</summary>
    public IReadOnlyList<string?[]> Rows { get; }

    /// <summary>Checks that there are enough columns, so that the callers may read them by index.</summary>
    /// <exception cref="CdcProtocolException">There are fewer.</exception>
    public SqlAnswer WithColumns(int least)
        => Columns.Count >= least ? this : throw Wrong($"{Columns.Count} columns instead of {least} or more");

    /// <summary>The only row.</summary>
    /// <exception cref="CdcProtocolException">There is none, or there are several, or it has too few columns.</exception>
    public string?[] SingleRow(int columns)
        => WithColumns(columns).Rows is [var row] ? row : throw Wrong($"{Rows.Count} rows instead of one");

    /// <summary>The index of the first column of one of several names, regardless of case; -1 where there is none, as labels
    /// differ between versions.</summary>
    public int IndexOf(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            for (var index = 0; index < Columns.Count; index++)
            {
                if (string.Equals(Columns[index], name, StringComparison.OrdinalIgnoreCase))
                {
                    return index;
                }
            }
        }

        return -1;
    }

    /// <summary>A value that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is NULL.</exception>
    public string Text(string?[] row, int column) => row[column] ?? throw Wrong($"NULL as '{Columns[column]}'");

    /// <summary>A whole number.</summary>
    /// <exception cref="CdcProtocolException">It is none.</exception>
    public long Number(string?[] row, int column)
        => long.TryParse(Text(row, column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw Wrong($"a '{Columns[column]}' that is no number");

    /// <summary>A value that has a form of its own.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    /// <param name="parse">Reads it, or throws a <see cref="FormatException"/>.</param>
    /// <exception cref="CdcProtocolException">It has another form.</exception>
    public T Parse<T>(string?[] row, int column, Func<string, T> parse)
    {
        try
        {
            return parse(Text(row, column));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw Wrong($"a '{Columns[column]}' that cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The failure for an answer of the wrong shape.</summary>
    public CdcProtocolException Wrong(string what, Exception? cause = null)
        => new($"{_host} answered '{Sql}' with {what}.", isTransient: true, innerException: cause);
}

namespace CdcEmbedded.Verification;

/// <summary>A row of an <see cref="ITableCopy"/>.</summary>
public sealed class CopyRow
{
    /// <summary>Creates the row.</summary>
    /// <param name="columns">The names of its columns in the source; best the same list for all rows.</param>
    /// <param name="values">Their values: what an ADO.NET reader returns, or a <see cref="DataValue"/>. Null and <see cref="DBNull"/> are
    /// the database's null.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public CopyRow(IReadOnlyList<string> columns, IReadOnlyList<object?> values)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        if (columns.Count != values.Count)
        {
            throw new ArgumentException($"{columns.Count} columns for {values.Count} values.", nameof(values));
        }

        Columns = columns;
        Values = values;
    }

    /// <summary>The names of its columns in the source.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Their values.</summary>
    public IReadOnlyList<object?> Values { get; }

    /// <summary>Returns the place of a column; -1 if the row does not have it.</summary>
    internal int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
            {
                return i;
            }
        }

        return -1;
    }
}

using System.Globalization;
using System.Text;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>The columns that identify a row on both sides. It learns the kinds of their values from rows of the source. Used by one flow;
/// <see cref="IdentityOf(DataRecord)"/> by any.</summary>
internal sealed class CopyKey
{
    private readonly string[] _columns;
    private readonly DataValue[] _examples;
    private readonly bool[] _isMixed;
    private volatile bool _isSourceKey;

    public CopyKey(IReadOnlyList<string> columns)
    {
        _columns = [.. columns];
        _examples = new DataValue[_columns.Length];
        _isMixed = new bool[_columns.Length];
    }

    /// <summary>True if it has seen a row of the source.</summary>
    public bool HasExample => _columns.Length > 0 && !_examples[0].IsAbsent;

    /// <summary>Sees a row of the source.</summary>
    public void Learn(DataRecord row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (row.TryGetValue(_columns[i], out var value) && value.Kind != _examples[i].Kind)
            {
                _isMixed[i] |= !_examples[i].IsAbsent;
                _examples[i] = _isMixed[i] ? _examples[i] : value.Detach();
            }
        }
    }

    /// <summary>Sees the source's own key of a row. If its columns are those of the copy, a null is a value like any other: of a key of
    /// MongoDB, one document may have it.</summary>
    public void LearnKey(DataRecord key) => _isSourceKey |= key.HasValue && key.Count == _columns.Length
        && Array.TrueForAll(_columns, column => key.TryGetValue(column, out _));

    /// <summary>The key of a row of the source, in memory of its own.</summary>
    /// <exception cref="ArgumentException">The row lacks a column.</exception>
    public DataRecord KeyOf(DataRecord row)
    {
        var values = new DataValue[_columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = row.TryGetValue(_columns[i], out var value) ? value.Detach() : throw Lacks("The source's rows", _columns[i]);
        }

        return new DataRecord(new DetachedRecordSet(null, _columns, values), 0);
    }

    /// <summary>The key of a row of the copy, with values as the source has them.</summary>
    /// <exception cref="ArgumentException">The row lacks a column.</exception>
    public DataRecord KeyOf(CopyRow row)
    {
        var values = new DataValue[_columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = ValueOf(row, i);
            values[i] = value is DataValue own && (_isMixed[i] || own.Kind == _examples[i].Kind) ? own
                : ClrValue.ToSource(value, _examples[i]);
        }

        return new DataRecord(new DetachedRecordSet(null, _columns, values), 0);
    }

    /// <summary>The key of a record of the source as text; null if it lacks a column, or has a null in a key of which the source does not
    /// say that it is unique.</summary>
    public string? IdentityOf(DataRecord record)
    {
        var text = new StringBuilder();
        foreach (var column in _columns)
        {
            if (!record.TryGetValue(column, out var value) || (CopyValue.TextOf(value)
                ?? (_isSourceKey && value.Kind == ValueKind.Null ? "" : null)) is not { } part)
            {
                return null;
            }

            Append(text, value.Kind, part);
        }

        return text.ToString();
    }

    /// <summary>The key of a row of the copy as text.</summary>
    /// <param name="row">The row.</param>
    /// <param name="asked">A key that was asked for, if no row of the source was seen.</param>
    /// <exception cref="ArgumentException">The row lacks a column.</exception>
    public string IdentityOf(CopyRow row, DataRecord asked)
    {
        var text = new StringBuilder();
        for (var i = 0; i < _columns.Length; i++)
        {
            var value = ValueOf(row, i);
            var example = _examples[i].IsAbsent ? asked[i] : _examples[i];
            if (value is DataValue own && (_isMixed[i] || own.Kind == example.Kind))
            {
                Append(text, own.Kind, CopyValue.TextOf(own) ?? "");
            }
            else
            {
                Append(text, example.Kind, CopyValue.TextOf(value, example) ?? "");
            }
        }

        return text.ToString();
    }

    private object ValueOf(CopyRow row, int column)
    {
        var index = row.IndexOf(_columns[column]);
        return index < 0 ? throw Lacks("The copy's rows", _columns[column])
            : row.Values[index] is { } value and not DBNull ? value
            : throw new ArgumentException($"A row of the copy has no value of the key column '{_columns[column]}'.");
    }

    /// <summary>Numbers of different types may be equal; a number never equals a text.</summary>
    private static void Append(StringBuilder text, ValueKind kind, string part)
    {
        var word = kind switch
        {
            ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Decimal or ValueKind.Double or ValueKind.Decimal128 => "n",
            _ => ((int)kind).ToString(CultureInfo.InvariantCulture),
        };
        text.Append(CultureInfo.InvariantCulture, $"{word} {part.Length} ").Append(part).Append(' ');
    }

    private static ArgumentException Lacks(string what, string column)
        => new($"{what} have no column '{column}', which is one of the key columns of the copy.");
}

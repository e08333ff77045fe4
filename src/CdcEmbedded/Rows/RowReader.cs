using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <summary>Reads the columns of one record by their number in a <see cref="RowColumns"/>; for generated code.</summary>
/// <remarks>Every method throws a <see cref="DataConversionException"/> that names the column if its value is null (other than with
/// OrNull), absent, or does not convert exactly.</remarks>
public readonly partial struct RowReader
{
    private readonly RowColumns _columns;
    private readonly DataRecord _record;
    private readonly int[]? _indexes;

    internal RowReader(RowColumns columns, DataRecord record, int[]? indexes)
    {
        _columns = columns;
        _record = record;
        _indexes = indexes;
    }

    /// <summary>Returns true if the log has the column. A column that the table does not have is absent too.</summary>
    public bool IsPresent(int slot) => TryRead(slot, out var value) && !value.IsAbsent;

    /// <summary>Returns true if the column is null, or a field that the document does not have.</summary>
    public bool IsNull(int slot) => FieldReading.IsNull(Read(slot, "object"), _record);

    /// <summary>Reads a value as it is, null and absent included.</summary>
    public DataValue Value(int slot) => Read(slot, nameof(DataValue));

    /// <summary>Reads a nested document.</summary>
    public DataRecord Record(int slot)
    {
        var value = Read(slot, nameof(DataRecord));
        if (value.Kind is not (ValueKind.Document or ValueKind.Array))
        {
            FieldReading.Fail(value, _record, _columns.NameOf(slot), nameof(DataRecord));
        }

        return value.AsRecord();
    }

    /// <summary>Reads an enumeration, from a label, a text or a number.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="slot">The column.</param>
    /// <param name="members">The names and numbers of its members.</param>
    public T Enum<T>(int slot, EnumLabels<T> members)
        where T : struct, System.Enum
    {
        ArgumentNullException.ThrowIfNull(members);
        var value = Read(slot, typeof(T).Name);
        if (value.Kind <= ValueKind.Null || !TryConvert(slot, value, members, out var result))
        {
            FieldReading.Fail(value, _record, _columns.NameOf(slot), typeof(T).Name);
            return default;
        }

        return result;
    }

    private bool TryConvert<T>(int slot, in DataValue value, EnumLabels<T> members, out T result)
        where T : struct, System.Enum
    {
        try
        {
            return members.TryConvert(value, out result);
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(_record, _columns.NameOf(slot), e);
        }
    }

    private T Get<T, TExact>(int slot)
        where TExact : struct, IExact<T>
        => TryReadBytes<T, TExact>(slot, out var result) ? result
            : FieldReading.Get<T, TExact>(Read(slot, TExact.TypeName), _record, _columns.NameOf(slot));

    private bool TryGet<T, TExact>(int slot, [MaybeNullWhen(false)] out T value)
        where TExact : struct, IExact<T>
        => TryReadBytes<T, TExact>(slot, out value)
            || FieldReading.TryGet<T, TExact>(Read(slot, TExact.TypeName), _record, _columns.NameOf(slot), out value);

    private bool TryReadBytes<T, TExact>(int slot, [MaybeNullWhen(false)] out T value)
        where TExact : struct, IExact<T>
    {
        if (_indexes is { } indexes && indexes[slot] is >= 0 and var index && _record.Records is { } set)
        {
            return TExact.TryRead(set, _record.Number, index, out value);
        }

        value = default;
        return false;
    }

    private DataValue Read(int slot, string typeName)
        => TryRead(slot, out var value) ? value : throw FieldReading.NoColumn(_record, _columns.NameOf(slot), typeName);

    private bool TryRead(int slot, out DataValue value)
    {
        if (_indexes is not { } indexes)
        {
            // A field that a document does not have is absent.
            return _record.TryFind(_columns.NameOf(slot), out value) || _record.Schema is null;
        }

        var index = indexes[slot];
        value = index >= 0 ? _record[index] : default;
        return index >= 0;
    }
}

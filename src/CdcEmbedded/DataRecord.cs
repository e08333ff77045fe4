using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CdcEmbedded.Rows;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>A row or document of a change: a 16-byte struct that decodes a field when it is read.</summary>
/// <remarks>It may be kept and read from any thread. It keeps the received bytes that it points into in memory (64 KiB, or its own event if
/// that is larger); <see cref="Detach"/> copies it out of them.</remarks>
public readonly partial struct DataRecord : IReadOnlyCollection<RecordField>, IEquatable<DataRecord>
{
    private readonly RecordSet? _set;
    private readonly int _record;

    /// <summary>Creates the record; for source adapters.</summary>
    /// <param name="set">The set that holds its bytes.</param>
    /// <param name="record">Index of the record in the set.</param>
    public DataRecord(RecordSet set, int record)
    {
        _set = set;
        _record = record;
    }

    /// <summary>False if the change has no such record: no before of a create, no after of a delete, no key of a
    /// table without one.</summary>
    public bool HasValue => _set is not null;

    /// <summary>Number of fields, including absent ones; 0 if there is no record.</summary>
    public int Count => _set?.GetFieldCount(_record) ?? 0;

    /// <summary>The table's schema; null for sources without one, and if there is no record.</summary>
    public TableSchema? Schema => _set?.Schema;

    /// <summary>A field by its index, from 0: the fastest way to read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    /// <exception cref="CdcProtocolException">The field's bytes are damaged.</exception>
    /// <remarks>A bare call: any condition here would make the compiler copy the 32 bytes of the value again, which stalls, because they
    /// have just been written field by field (measured: a fifth of the time of a loop that reads every column).</remarks>
    public DataValue this[int index] => Set.GetValue(_record, index);

    /// <summary>A field by its name, as the source spells it.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such column. A document without the
    /// field gives <see cref="DataValue.Absent"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    /// <exception cref="CdcProtocolException">The field's bytes are damaged.</exception>
    public DataValue this[string name]
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get
        {
            // Statements and bare calls, see the other indexer. The fields of documents are found by walking, which must happen once.
            if (TryIndex(name, out var set, out var index))
            {
                return set.GetValue(_record, index);
            }

            return FindOrThrow(name);
        }
    }

    internal RecordSet? Records => _set;

    internal int Number => _record;

    private RecordSet Set => _set ?? throw NoRecord();

    private static InvalidOperationException NoRecord() => new("There is no record to read from: test HasValue first.");

    /// <summary>Returns the name of a field by its index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public string GetName(int index) => _set is { } set && (uint)index < (uint)set.GetFieldCount(_record)
        ? set.GetFieldName(_record, index)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The record has {Count} fields.");

    private DataValue FindOrThrow(string name)
    {
        if (_set is not { } set)
        {
            throw new InvalidOperationException($"There is no record to read '{name}' from: test HasValue first.");
        }

        return set.TryGetValue(_record, name, out var value) ? value
            : set.Schema is not { } schema ? DataValue.Absent
            : throw new KeyNotFoundException($"{schema.FullName} has no column '{name}'; it has {schema.ColumnNames}.");
    }

    /// <summary>Gets a field by its name. Returns false if it does not exist or is absent.</summary>
    public bool TryGetValue(string name, out DataValue value)
    {
        value = default;
        return _set is { } set && set.TryGetValue(_record, name, out value) && !value.IsAbsent;
    }

    /// <summary>Returns a copy in memory of its own, so that keeping it keeps nothing else in memory.</summary>
    public DataRecord Detach() => _set?.Detach(_record) ?? default;

    /// <summary>Reads the record into a type, by the code that <see cref="CdcRowAttribute"/> made for it.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="DataConversionException">A value does not convert exactly, is null where the type has no null, or is absent; the
    /// message names the column.</exception>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public T To<T>()
        where T : IDataRow<T>
        => HasValue ? T.Read(this) : throw NoRecord();

    /// <summary>Reads the record into a type by its JSON contract, as a <see cref="JsonSerializerContext"/> makes it.</summary>
    /// <remarks>The JSON is plain: numbers and decimals are numbers, dates and times ISO text, bytes base64, labels and identifiers text,
    /// documents objects. An absent column is omitted, so that the contract decides if it is required.</remarks>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="typeInfo">Its contract.</param>
    /// <exception cref="DataConversionException">The contract refuses a value; the message names the column.</exception>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public T To<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return HasValue ? PlainJson.Read(this, typeInfo) : throw NoRecord();
    }

    /// <summary>The record as the source's own bytes, without a copy: the BSON document of MongoDB. Empty for sources whose records have no
    /// such form, such as rows.</summary>
    public ReadOnlyMemory<byte> SourceBytes => _set?.GetBytes(_record) ?? default;

    /// <summary>True if its source has a JSON form of its own for the record and its fields.</summary>
    internal bool HasOwnJson => _set is { HasOwnJson: true };

    /// <summary>Writes the record as one JSON value, if its source has a JSON form of its own.</summary>
    /// <returns>False, with nothing written, if the fields are to be written one by one.</returns>
    internal bool TryWriteSourceJson(System.Text.Json.Utf8JsonWriter writer) => _set is { } set && set.TryWriteJson(_record, writer);

    /// <summary>The same for a key, in the strict form.</summary>
    internal bool TryWriteSourceKeyJson(System.Text.Json.Utf8JsonWriter writer) => _set is { } set && set.TryWriteKeyJson(_record, writer);

    /// <summary>Enumerates the fields in order, including absent ones, without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<RecordField> IEnumerable<RecordField>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns true if both are the same record of the same event; contents are not compared.</summary>
    public bool Equals(DataRecord other) => ReferenceEquals(_set, other._set) && _record == other._record;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DataRecord other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_set, _record);

    /// <summary>Returns true if both are the same record of the same event.</summary>
    public static bool operator ==(DataRecord left, DataRecord right) => left.Equals(right);

    /// <summary>Returns true if they are different records.</summary>
    public static bool operator !=(DataRecord left, DataRecord right) => !left.Equals(right);

    /// <summary>Enumerates the fields of a record.</summary>
    public struct Enumerator : IEnumerator<RecordField>
    {
        private readonly DataRecord _record;
        private readonly int _count;
        private int _index;

        internal Enumerator(DataRecord record)
        {
            _record = record;
            _count = record.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly RecordField Current => _record._set is { } set && (uint)_index < (uint)_count
            ? set.GetField(_record._record, _index)
            : throw new InvalidOperationException("The enumeration has not begun, or is over.");

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}

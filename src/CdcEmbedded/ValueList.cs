using System.Collections;

namespace CdcEmbedded;

/// <summary>The elements of an array value, in order, each decoded when it is read.</summary>
/// <remarks>It may be kept and read from any thread. It keeps in memory what the value keeps in memory.</remarks>
public readonly struct ValueList : IReadOnlyList<DataValue>
{
    private readonly DataRecord _array;

    internal ValueList(DataRecord array) => _array = array;

    /// <summary>Number of elements.</summary>
    public int Count => _array.Count;

    /// <summary>One element by its index, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="CdcProtocolException">The element's bytes are damaged.</exception>
    public DataValue this[int index] => _array[index];

    /// <summary>Enumerates the elements without allocating.</summary>
    public Enumerator GetEnumerator() => new(_array);

    IEnumerator<DataValue> IEnumerable<DataValue>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates the elements of an array value.</summary>
    public struct Enumerator : IEnumerator<DataValue>
    {
        private readonly DataRecord _array;
        private readonly int _count;
        private int _index;

        internal Enumerator(DataRecord array)
        {
            _array = array;
            _count = array.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly DataValue Current => _array[_index];

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

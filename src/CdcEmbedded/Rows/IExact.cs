using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <summary>How values convert to one CLR type without loss.</summary>
/// <typeparam name="T">The type.</typeparam>
internal interface IExact<T>
{
    /// <summary>The type as C# spells it.</summary>
    static abstract string TypeName { get; }

    /// <summary>Converts a value that is neither null nor absent. Returns false if it does not convert exactly.</summary>
    static abstract bool TryConvert(in DataValue value, out T result);

    /// <summary>Reads a field from its bytes without a <see cref="DataValue"/>, where its source can: the same result as
    /// <see cref="TryConvert"/> of the field's value. Returns false if the value must be taken: nothing
    /// is known about the field then.</summary>
    static virtual bool TryRead(RecordSet set, int record, int field, [MaybeNullWhen(false)] out T result)
    {
        result = default;
        return false;
    }
}

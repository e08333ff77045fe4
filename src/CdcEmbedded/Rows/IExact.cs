namespace CdcEmbedded.Rows;

/// <summary>How values convert to one CLR type without loss.</summary>
/// <typeparam name="T">The type.</typeparam>
internal interface IExact<T>
{
    /// <summary>The type as C# spells it.</summary>
    static abstract string TypeName { get; }

    /// <summary>Converts a value that is neither null nor absent. Returns false if it does not convert exactly.</summary>
    static abstract bool TryConvert(in DataValue value, out T result);
}

namespace CdcEmbedded.Transforms;

/// <summary>Hides a value.</summary>
internal abstract class ValueChange
{
    /// <summary>True if equal values remain equal and different ones different, so that keys may be hidden by it.</summary>
    public virtual bool KeepsEquality => false;

    /// <summary>The type of the column in a schema.</summary>
    /// <param name="typeName">The type of the source.</param>
    public abstract string TypeOf(string typeName);

    /// <summary>Hides a value that is neither null nor absent.</summary>
    public abstract DataValue Apply(in DataValue value);
}

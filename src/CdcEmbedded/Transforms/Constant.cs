namespace CdcEmbedded.Transforms;

/// <summary>The same text for all values.</summary>
internal sealed class Constant : ValueChange
{
    private readonly DataValue _value;
    private readonly string _type;

    public Constant(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _value = DataValue.FromText(text);
        _type = $"varchar({Math.Max(1, text.Length)})";
    }

    public override string TypeOf(string typeName) => _type;

    public override DataValue Apply(in DataValue value) => _value;
}

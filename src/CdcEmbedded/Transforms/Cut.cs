namespace CdcEmbedded.Transforms;

/// <summary>The first characters of a text, the first bytes of bytes.</summary>
internal sealed class Cut(int length, string columns) : ValueChange
{
    public override string TypeOf(string typeName) => typeName;

    public override DataValue Apply(in DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text:
                var text = value.AsString();
                return text.Length <= length ? value : DataValue.FromText(text[..Whole(text)]);
            case ValueKind.Binary:
                var bytes = value.AsBytes();
                return bytes.Length <= length ? value : DataValue.FromBinary(bytes[..length].ToArray(), 0, length);
            default:
                throw new InvalidOperationException($"The transform Truncate(\"{columns}\") met a value of kind {value.Kind}, and only "
                    + "texts and bytes can be cut: mask or hash the column.");
        }
    }

    // A character of two UTF-16 units is not cut in two.
    private int Whole(string text) => length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
}

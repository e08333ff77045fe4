namespace CdcEmbedded;

/// <summary>Reads <c>"StartFrom": "Earliest"</c>, or an offset's text.</summary>
internal sealed class StartPositionConverter : NamedValueConverter<StartPosition>
{
    protected override string Allowed => "Earliest, Latest, or the text of an offset";

    protected override StartPosition? Find(string name)
        => Is(name, nameof(StartPosition.Earliest)) ? StartPosition.Earliest
            : Is(name, nameof(StartPosition.Latest)) ? StartPosition.Latest
            : name.StartsWith('{') ? StartPosition.At(CdcOffset.Parse(name))
            : null;
}

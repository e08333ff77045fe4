namespace CdcEmbedded;

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name, as the source spells it.</param>
/// <param name="Value">Its value.</param>
public readonly record struct RecordField(string Name, DataValue Value);

namespace CdcEmbedded.Snapshots;

/// <summary>A condition for some of the tables of a snapshot.</summary>
/// <param name="Tables">The tables, as <see cref="TableExpression"/> reads it.</param>
/// <param name="Condition">The source's own condition.</param>
internal sealed record TableCondition(string Tables, string Condition);

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>A column as the writer of a random history believes it to be.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record ModelColumn(string Name, ColumnKind Type);

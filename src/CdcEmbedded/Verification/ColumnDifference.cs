namespace CdcEmbedded.Verification;

/// <summary>A column in which a row of a copy differs.</summary>
/// <param name="Column">Its name in the source.</param>
/// <param name="Source">The source's value as text, as it was compared; null if it is null or values were not asked for.</param>
/// <param name="Copy">The same of the copy.</param>
public sealed record ColumnDifference(string Column, string? Source, string? Copy);

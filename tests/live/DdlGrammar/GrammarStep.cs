namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>A statement that was sent to the server, and what the server has after it.</summary>
/// <param name="Number">Its number, which a row of the table of marks repeats in the log.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Error">Why the server rejected it; null if it did not.</param>
/// <param name="Tables">The tables by their full names.</param>
/// <param name="Rows">The rows of those tables in which a row was inserted, as the server shows them.</param>
/// <param name="Began">The step at which each table was created.</param>
public sealed record GrammarStep(int Number, string Sql, string? Error, IReadOnlyDictionary<string, GrammarTable> Tables,
    IReadOnlyDictionary<string, IReadOnlyList<Dictionary<string, string>>> Rows, IReadOnlyDictionary<string, int> Began);

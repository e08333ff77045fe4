namespace CdcEmbedded.MongoDb;

/// <summary>An array that an update made shorter.</summary>
/// <param name="Field">Its path.</param>
/// <param name="NewSize">How many elements are left.</param>
public readonly record struct TruncatedArray(string Field, int NewSize);

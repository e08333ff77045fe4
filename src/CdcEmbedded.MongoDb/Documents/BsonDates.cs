namespace CdcEmbedded.MongoDb.Documents;

/// <summary>The dates that the framework's types hold, in BSON's milliseconds since 1970.</summary>
internal static class BsonDates
{
    /// <summary>0001-01-01T00:00:00.000Z.</summary>
    public const long MinMilliseconds = -62_135_596_800_000;

    /// <summary>9999-12-31T23:59:59.999Z.</summary>
    public const long MaxMilliseconds = 253_402_300_799_999;
}

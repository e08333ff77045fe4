using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>What an update statement did.</summary>
/// <param name="Matched">Documents that the filter found.</param>
/// <param name="Modified">Documents that are different now.</param>
/// <param name="After">The new state of the last one.</param>
/// <param name="Upserted">The document inserted for want of a match.</param>
internal readonly record struct UpdateResult(int Matched, int Modified, Doc? After, Doc? Upserted);

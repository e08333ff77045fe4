namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>A run of a container's values that no difference has touched, or one value that a difference has touched.</summary>
/// <param name="First">Index of the run's first value in the container's own bytes; of a touched value, the index of its key.</param>
/// <param name="Count">Number of values.</param>
/// <param name="Node">The touched value; null for a run.</param>
/// <param name="Key">The key of an inserted value; null if the key is in the container.</param>
internal readonly record struct JsonPart(int First, int Count, JsonNode? Node = null, byte[]? Key = null);

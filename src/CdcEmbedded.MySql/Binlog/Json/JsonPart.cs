namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>A run of a container's values that no difference has touched, or one value that one has.</summary>
/// <param name="First">The place of the first of them in the container's own bytes; of a touched one, where its key lies.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Node">The touched value; null for a run.</param>
/// <param name="Key">The key that an inserted value came with; null where the key lies in the container.</param>
internal readonly record struct JsonPart(int First, int Count, JsonNode? Node = null, byte[]? Key = null);

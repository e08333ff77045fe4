using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CdcEmbedded.Offsets;

/// <summary>A stored text is an offset with a lease as its last part: <c>{…,"lease":{"owner":"host/17/3f2a","fence":4,"ms":3000,
/// "until":"2026-01-02T00:00:03Z"}}</c>. Before the first start the lease is alone, and without <c>owner</c> nobody holds it.</summary>
internal static class LeaseText
{
    private const string Begin = ",\"lease\":{";
    private const string Alone = "{\"v\":2,\"lease\":{";

    /// <summary>Adds a lease to an offset's text, or writes it alone.</summary>
    public static string Write(string? offset, LeaseRecord lease)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (lease.Owner is { } owner)
            {
                writer.WriteString("owner"u8, owner);
            }

            writer.WriteNumber("fence"u8, lease.Fence);
            writer.WriteNumber("ms"u8, (long)lease.Duration.TotalMilliseconds);
            writer.WriteString("until"u8, lease.Until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        var json = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return offset is null ? $"{Alone}{json.AsSpan(1)}}}" : $"{offset.AsSpan(0, offset.LastIndexOf('}'))}{Begin}{json.AsSpan(1)}}}";
    }

    /// <summary>The offset's text without the lease; null if there is no offset yet.</summary>
    public static string? OffsetOf(string? stored) => Split(stored).Offset;

    /// <summary>Takes a stored text apart.</summary>
    /// <exception cref="OffsetFormatException">It has a lease that cannot be read.</exception>
    public static (string? Offset, LeaseRecord? Lease) Split(string? stored)
    {
        if (stored is null || !stored.Contains("\"lease\"", StringComparison.Ordinal))
        {
            return (stored, null);
        }

        try
        {
            using var document = JsonDocument.Parse(stored);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("lease"u8, out var json))
            {
                return (stored, null);
            }

            var lease = Read(json);
            if (!document.RootElement.TryGetProperty("source"u8, out _))
            {
                return (null, lease);
            }

            var end = stored.LastIndexOf(Begin, StringComparison.Ordinal);
            return end > 0 && stored.EndsWith("}}", StringComparison.Ordinal)
                && stored.AsSpan(end + Begin.Length - 1).SequenceEqual($"{json.GetRawText()}}}")
                    ? (stored[..end] + "}", lease)
                    : (Rewrite(document.RootElement), lease);
        }
        catch (JsonException)
        {
            // Whoever reads it as an offset reports it.
            return (stored, null);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new OffsetFormatException(
                $"The lease in {stored} cannot be read: {e.Message} Remove it, with \"lease\", from the row.", e);
        }
    }

    private static LeaseRecord Read(JsonElement json)
    {
        var milliseconds = json.GetProperty("ms"u8).GetInt64();
        return milliseconds is > 0 and <= 86_400_000
            ? new LeaseRecord(
                json.TryGetProperty("owner"u8, out var owner) ? owner.GetString() : null,
                json.GetProperty("fence"u8).GetInt64(),
                TimeSpan.FromMilliseconds(milliseconds),
                json.TryGetProperty("until"u8, out var until) ? until.GetDateTimeOffset() : default)
            : throw new FormatException($"\"ms\" is {milliseconds}.");
    }

    /// <summary>Somebody has edited the row: the parts are where they should not be.</summary>
    private static string Rewrite(JsonElement root)
    {
        var parts = new List<string>();
        foreach (var property in root.EnumerateObject())
        {
            if (!property.NameEquals("lease"u8))
            {
                parts.Add($"\"{JsonEncodedText.Encode(property.Name)}\":{property.Value.GetRawText()}");
            }
        }

        return $"{{{string.Join(',', parts)}}}";
    }
}

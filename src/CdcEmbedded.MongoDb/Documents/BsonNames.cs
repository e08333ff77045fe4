using System.Text;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Names of elements as strings. A stream repeats the same few names millions of times, so the last ones seen are kept.</summary>
/// <remarks>Thread-safe without locks: a slot is one reference, read and written whole, and a loser of a race only makes its string again.
/// At most 1,024 strings of 64 characters stay in memory.</remarks>
internal static class BsonNames
{
    private const int Slots = 1024;
    private const int LongestKept = 64;

    private static readonly string?[] Kept = new string?[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return RawValue.DecodeText(utf8, 0);
        }

        ref var slot = ref Kept[Slot(utf8)];
        var kept = Volatile.Read(ref slot);
        if (kept is not null && Ascii.Equals(utf8, kept))
        {
            return kept;
        }

        var name = RawValue.DecodeText(utf8, 0);
        if (name.Length == utf8.Length)
        {
            Volatile.Write(ref slot, name);
        }

        return name;
    }

    // FNV-1a: names are a few bytes, and nobody can do worse by a collision than have a string made.
    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16777619;
        }

        return (int)((hash ^ (hash >> 16)) % Slots);
    }
}

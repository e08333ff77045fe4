using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Compression;

/// <summary>The last three offsets of a frame, which later sequences may repeat (RFC 8878, 3.1.1.5).</summary>
internal struct RepeatOffsets
{
    private int _first;
    private int _second;
    private int _third;

    /// <summary>Those at a frame's begin.</summary>
    public static RepeatOffsets Initial => new() { _first = 1, _second = 4, _third = 8 };

    /// <summary>The offset of a sequence, which becomes the last one.</summary>
    /// <param name="value">Above 3 a new offset plus 3; else which one is repeated.</param>
    /// <param name="literalLength">The literals before the match: where there are none, the last offset would only go on with the match
    /// before, so values count from the one before it, and 3 is the last one less one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(uint value, int literalLength)
    {
        if (value > 3)
        {
            // One that does not fit becomes negative, and is refused as one that reaches too far.
            var offset = (int)(value - 3);
            (_first, _second, _third) = (offset, _first, _second);
            return offset;
        }

        var which = (int)value - (literalLength == 0 ? 0 : 1);
        var repeated = which switch { 0 => _first, 1 => _second, 2 => _third, _ => _first - 1 };
        if (which > 0)
        {
            (_first, _second, _third) = (repeated, _first, which > 1 ? _second : _third);
        }

        return repeated;
    }
}

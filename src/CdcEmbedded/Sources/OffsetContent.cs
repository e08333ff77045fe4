using System.Text.Json;

namespace CdcEmbedded.Sources;

/// <summary>The part of a <see cref="CdcOffset"/> that belongs to its source: what <see cref="ISource.ReadPosition"/> reads.</summary>
public sealed class OffsetContent
{
    private OffsetContent(int version, string? sourceId, JsonElement position)
    {
        Version = version;
        SourceId = sourceId;
        Position = position;
    }

    /// <summary>The version of the offset's text: 1 or 2.</summary>
    public int Version { get; }

    /// <summary>The identity of the source that wrote it.</summary>
    /// <value>Null where it had none. Texts of version 1 have it in a property of their own.</value>
    public string? SourceId { get; }

    /// <summary>In version 2 the object that <see cref="SourcePosition.WriteTo"/> wrote. In version 1 the whole offset, which
    /// was the source's.</summary>
    public JsonElement Position { get; }

    /// <summary>Reads an offset.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="connector">The kind of source that it must belong to.</param>
    /// <exception cref="OffsetFormatException">It belongs to another kind of source.</exception>
    public static OffsetContent Read(CdcOffset offset, string connector)
    {
        ArgumentNullException.ThrowIfNull(offset);
        ArgumentNullException.ThrowIfNull(connector);
        if (offset.Connector != connector)
        {
            throw new OffsetFormatException($"The offset belongs to a source of kind '{offset.Connector}', not of kind "
                + $"'{connector}': {offset}. Give this "
                + "engine a name of its own, or remove the stored offset to start afresh.");
        }

        var root = offset.ToJson();
        return offset.Version == 1
            ? new OffsetContent(1, null, root)
            : new OffsetContent(offset.Version, offset.SourceId, root.GetProperty("position"u8));
    }
}

using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Where reading begins: at the stored offset, else where the options say, else where the source says.</summary>
internal static class StartChoice
{
    /// <param name="stored">The stored offset, which its keeper has read; null for none.</param>
    /// <param name="options">The engine's options.</param>
    /// <param name="source">The source.</param>
    /// <exception cref="OffsetFormatException">The offset of StartFrom is damaged, or belongs to another kind of source: found before
    /// anything is connected.</exception>
    public static StartPosition Of(CdcOffset? stored, CdcEngineOptions options, ISource source)
    {
        if (stored is not null)
        {
            return StartPosition.At(stored);
        }

        var start = options.StartFrom ?? source.DefaultStart;
        if (start.Offset is { } offset)
        {
            try
            {
                source.ReadPosition(offset);
            }
            catch (OffsetFormatException e)
            {
                throw new OffsetFormatException($"StartFrom of engine '{options.Name}' cannot be used. {e.Message} Pass an offset that an "
                    + "engine of this source has given, or leave StartFrom unset.", e);
            }
        }

        return start;
    }
}

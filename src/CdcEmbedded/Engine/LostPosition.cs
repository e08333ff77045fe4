using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Lets the pump go on elsewhere, where the options say so, after the source has lost the position, and tells the consumer.</summary>
internal sealed class LostPosition
{
    private readonly CdcEngineOptions _options;
    private readonly ILogger _logger;
    private CdcOffset? _lost;
    private string _reason = "";
    private bool _isUnproven;

    public LostPosition(CdcEngineOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>Where to open next; null while no position is lost.</summary>
    public StartPosition? Start => _lost is null ? null : Elsewhere;

    private StartPosition Elsewhere => _options.OnOffsetLost == OffsetLostPolicy.StartFromLatest ? StartPosition.Latest : StartPosition.Earliest;

    /// <summary>Decides whether to go on.</summary>
    /// <param name="e">Why the position is lost.</param>
    /// <param name="position">The position; null where none was asked for, so that none can be lost.</param>
    /// <returns>False where the exception is the end: the policy says so, or the last position to go on at is lost before anything was read.</returns>
    public bool TryGoOn(OffsetLostException e, CdcOffset? position)
    {
        if (_options.OnOffsetLost == OffsetLostPolicy.Fail || position is null || _isUnproven)
        {
            return false;
        }

        _lost = position;
        _reason = e.Message;
        _isUnproven = true;
        Log.OffsetLost(_logger, e, _options.Name, position.ToString(), e.Message, Elsewhere.ToString());
        return true;
    }

    /// <summary>The source is open again.</summary>
    /// <param name="position">Where.</param>
    /// <returns>What the consumer is to be told first; null where it is where it was.</returns>
    public Notice? OnOpened(SourcePosition position)
    {
        if (_lost is not { } lost)
        {
            return null;
        }

        _lost = null;
        return StreamItems.Notice(NoticeKind.PositionLost, $"The position {lost} was lost, and reading goes on at {position.ToOffset()}, the {Elsewhere} position "
            + $"of the source: what lies between them may be missing, or come again. {_reason}", position);
    }

    /// <summary>Something was read behind the new place: should it be lost as well, that is another loss.</summary>
    public void OnRead() => _isUnproven = false;
}

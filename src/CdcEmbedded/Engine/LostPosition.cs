using CdcEmbedded.Diagnostics;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Lets the pump resume elsewhere, if the options say so, after the source has lost the position, and notifies the
/// consumer.</summary>
internal sealed class LostPosition
{
    private readonly CdcEngineOptions _options;
    private readonly ILogger _logger;
    private CdcOffset? _lost;
    private string _reason = "";
    private bool _isUnproven;
    private bool _readsTables;

    public LostPosition(CdcEngineOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>The position to open next; null while no position is lost.</summary>
    public StartPosition? Start => _lost is null ? null : Elsewhere;

    /// <summary>Decides if the tables are read again; null for a source without snapshots.</summary>
    public SnapshotCoordinator? Snapshots { get; set; }

    private StartPosition Elsewhere
        => _readsTables || _options.OnOffsetLost == OffsetLostPolicy.StartFromLatest ? StartPosition.Latest : StartPosition.Earliest;

    /// <summary>Decides if reading resumes.</summary>
    /// <param name="e">Why the position is lost.</param>
    /// <param name="position">The position; null if none was requested, so that none can be lost.</param>
    /// <returns>False if the exception ends the stream: the policy says so, or the last substitute was lost before anything was
    /// read.</returns>
    public bool TryGoOn(OffsetLostException e, CdcOffset? position)
    {
        if (position is null || _isUnproven)
        {
            return false;
        }

        _readsTables = Snapshots?.OnPositionLost(position, e.Message, _options.OnOffsetLost == OffsetLostPolicy.Resnapshot) == true;
        if (_options.OnOffsetLost is OffsetLostPolicy.Fail or OffsetLostPolicy.Resnapshot && !_readsTables)
        {
            return false;
        }

        _lost = position;
        _reason = e.Message;
        _isUnproven = true;
        Log.OffsetLost(_logger, e, _options.Name, position.ToString(), e.Message, Elsewhere.ToString());
        return true;
    }

    /// <summary>Records that the source is open again.</summary>
    /// <param name="position">The position at which it is open.</param>
    /// <returns>The notice to yield first; null if the position was not lost.</returns>
    public Notice? OnOpened(SourcePosition position)
    {
        if (_lost is not { } lost)
        {
            return null;
        }

        _lost = null;
        return StreamItems.Notice(NoticeKind.PositionLost, $"The position {lost} was lost, and reading resumes at {position.ToOffset()}, "
            + $"{(_readsTables ? "where the tables are read again" : $"the {Elsewhere} position of the source")}: changes between them may "
            + $"be missing, or be delivered again. {_reason}", position);
    }

    /// <summary>Records that something was read after the new position: losing it as well is another loss.</summary>
    public void OnRead() => _isUnproven = false;
}

namespace CdcEmbedded.MySql.Replication;

/// <summary>How long a dump may be silent before its first event. A server that looks for the start of a dump in a long log may
/// send nothing meanwhile, and starts from scratch for a reader that has lost patience: each silent attempt doubles the time of
/// the next one.</summary>
/// <remarks>Server sources: MYSQL_BIN_LOG::find_first_log_not_in_gtid_set, which opens file after file, and MariaDB's gtid_find_binlog_file
/// and the skipping of groups after it. One engine has one of these over all its connections; a feed uses it at a time.</remarks>
internal sealed class SeekPatience
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);
    private int _silentSeeks;

    /// <summary>Returns the limit for the next dump.</summary>
    /// <param name="readTimeout">The limit once events arrive.</param>
    public TimeSpan Limit(TimeSpan readTimeout)
    {
        var limit = readTimeout;
        for (var i = 0; i < _silentSeeks && limit < Most; i++)
        {
            limit *= 2;
        }

        return limit;
    }

    /// <summary>Reports a dump that was given up before its first event.</summary>
    public void OnSilence() => _silentSeeks++;

    /// <summary>Reports a first event.</summary>
    public void OnEvent() => _silentSeeks = 0;
}

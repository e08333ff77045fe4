namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Where rows are from, for messages.</summary>
internal interface IRowOrigin
{
    /// <summary>The position of their event.</summary>
    string Place { get; }
}

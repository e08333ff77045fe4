namespace CdcEmbedded.MySql;

/// <summary>How an update that changes the primary key is delivered.</summary>
public enum KeyChangeMode
{
    /// <summary>As a delete of the old key followed by a create of the new one, linked by <see cref="ChangeEvent.RelatedKey"/>: what a copy
    /// that is maintained by key needs. The default.</summary>
    /// <remarks>Where the log omits columns of the new row (<c>binlog_row_image</c> other than FULL), a create would lack them: such a
    /// change is delivered as <see cref="Update"/> describes.</remarks>
    DeleteAndCreate,

    /// <summary>As one update whose <see cref="ChangeEvent.Key"/> is the new key and whose <see cref="ChangeEvent.Before"/> has
    /// the old one.</summary>
    Update,
}

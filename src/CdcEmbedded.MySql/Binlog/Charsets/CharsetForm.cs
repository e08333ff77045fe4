namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>How the text of a character set is decoded.</summary>
internal enum CharsetForm
{
    /// <summary>As UTF-8, of which ASCII is a part.</summary>
    Utf8,

    /// <summary>Not at all: it is bytes.</summary>
    Binary,

    /// <summary>As UTF-16, most significant byte first.</summary>
    Utf16BigEndian,

    /// <summary>As UTF-16, least significant byte first.</summary>
    Utf16LittleEndian,

    /// <summary>As UTF-32, most significant byte first.</summary>
    Utf32BigEndian,

    /// <summary>By a <see cref="CharacterTable"/>.</summary>
    Table,

    /// <summary>As gb18030, of which most is computed.</summary>
    Gb18030,
}

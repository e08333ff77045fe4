namespace CdcEmbedded.ServerTests.CharacterSets;

/// <summary>A sequence of bytes that a character set regards as one character.</summary>
/// <param name="Bytes">The bytes that the server stores.</param>
/// <param name="CodePoint">The code point to which the server converts it; null where it has none.</param>
internal readonly record struct ServerCharacter(byte[] Bytes, int? CodePoint);

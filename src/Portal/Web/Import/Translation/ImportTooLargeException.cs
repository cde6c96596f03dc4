namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>The configuration multiplies itself beyond all reason, as a long list that every one of many locations inherits.</summary>
internal sealed class ImportTooLargeException() : Exception("the translation would be larger than any configuration is");

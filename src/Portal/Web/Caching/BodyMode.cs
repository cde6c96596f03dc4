namespace Tunnel.Portal.Web.Caching;

/// <summary>Where the bytes of an answer go.</summary>
internal enum BodyMode
{
    /// <summary>To the visitor.</summary>
    Pass,

    /// <summary>To the visitor and into the store.</summary>
    Record,

    /// <summary>Into the store: the visitor has them already.</summary>
    RecordOnly,

    /// <summary>Nowhere: the visitor gets another answer.</summary>
    Swallow,
}

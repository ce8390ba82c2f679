// Package sandbox tries drafts out. A Box is a whole engine of its own over a throw-away store, with the draft as its live release, the
// sample company as its people and a clock that stands still until it is moved. Nothing it does leaves it: what would go out by mail, to a group
// robot or to another system is caught and shown. The Yard keeps the boxes of one process: few, bounded, and gone when nobody uses them or the
// process ends.
//
// A box knows the real installation only while it is made: the draft, the releases it uses, the exchange rates, the company's calendar and the names of the group
// robots are copied into it. It holds nothing by which it could reach the real store, a mail server or the network.
package sandbox

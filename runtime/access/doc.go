// Package access answers who may do what: grants × person × record → yes or no, the fields shown, and the filter of a list,
// all from one tree, so that a record is in a person's list exactly if he may read it. Union of allows, default deny. It also
// resolves a who to people and turns the condition of a list or report into a filter that shows nothing masked. Pure: it may
// import process, org, query and rules, and never touches the store or a clock.
package access

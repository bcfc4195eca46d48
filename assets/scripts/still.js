// What is inside shows what it showed while the page is brought back after a lost connection: the state
// that the server then begins with is empty, and its answers come one by one.

import { createElement, useContext, useMemo } from "react";
import { app, StateStoreContext } from "$/utils/context-registry";

const HYDRATED = "is_hydrated_rx_state_";

function still(store) {
  const shown = new Map();
  const isHydrated = () => store.getSnapshot(app.state_name)?.[HYDRATED];
  let wasHydrated = false;
  return {
    ...store,
    getSnapshot: (name) => {
      wasHydrated ||= isHydrated();
      if (wasHydrated && !isHydrated() && shown.has(name)) return shown.get(name);
      shown.set(name, store.getSnapshot(name));
      return shown.get(name);
    },
    subscribe: (name, listener) => {
      const ends = [name, app.state_name].map((one) => store.subscribe(one, listener));
      return () => ends.forEach((end) => end());
    },
  };
}

export function Still({ children }) {
  const store = useContext(StateStoreContext);
  const value = useMemo(() => still(store), [store]);
  return createElement(StateStoreContext, { value }, children);
}
